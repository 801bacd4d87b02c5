/* UTF-8 to UTF-16 and back (RFC 3629, RFC 2781), and the two rules for buffers that are too small.
 */
#include "cor.h"
#include "profiler/prof_text.h"
#include "runtime/memory/mem.h"
#include <CUnit/CUnit.h>
#include <string.h>

static void there(const char *text, const WCHAR *expected, ULONG length) {
    WCHAR buffer[16];
    ULONG given;
    CU_ASSERT_EQUAL(prof_text_cut(text, buffer, 16, &given), S_OK);
    CU_ASSERT_EQUAL_FATAL(given, length + 1);
    CU_ASSERT_EQUAL(memcmp(buffer, expected, given * sizeof *buffer), 0);
}

static void characters_of_every_length(void) {
    WCHAR buffer[1] = {'x'};
    ULONG length = 9;
    CU_ASSERT_EQUAL(prof_text_cut("", buffer, 1, &length), S_OK);
    CU_ASSERT_EQUAL(buffer[0], 0);
    CU_ASSERT_EQUAL(length, 0); /* not 1: so it is in CoreCLR */
    there("aé€😀", u"aé€😀", 5);
    char *back = prof_text_utf8(u"aé€😀");
    CU_ASSERT_PTR_NOT_NULL_FATAL(back);
    CU_ASSERT_STRING_EQUAL(back, "aé€😀");
    mem_free(back);
}

static void what_is_invalid_becomes_a_replacement(void) {
    there("a\x80z", u"a\uFFFDz", 3);         /* a stray continuation */
    there("\xC0\x80", u"\uFFFD\uFFFD", 2);   /* overlong */
    there("\xE2\x82", u"\uFFFD", 1);         /* cut short by the end */
    there("\xE2\x82z", u"\uFFFDz", 2);       /* cut short by another character */
    there("\xED\xA0\x80", u"\uFFFD", 1);     /* a surrogate */
    there("\xF4\x90\x80\x80", u"\uFFFD", 1); /* beyond U+10FFFF */
    static const WCHAR LONE[] = {0xD800, 'z', 0xDC00, 0};
    char *back = prof_text_utf8(LONE);
    CU_ASSERT_PTR_NOT_NULL_FATAL(back);
    CU_ASSERT_STRING_EQUAL(back, "\uFFFDz\uFFFD");
    mem_free(back);
}

static void a_small_buffer_is_cut_or_left_alone(void) {
    WCHAR buffer[4] = {'x', 'x', 'x', 'x'};
    ULONG length = 0;
    CU_ASSERT_EQUAL(prof_text_whole("abc", buffer, 3, &length), PROF_E_BUFFER_TOO_SMALL);
    CU_ASSERT_EQUAL(length, 4);
    CU_ASSERT_EQUAL(buffer[0], 'x');
    CU_ASSERT_EQUAL(prof_text_cut("abc", buffer, 3, &length), CLDB_S_TRUNCATION);
    CU_ASSERT_EQUAL(length, 4);
    CU_ASSERT_EQUAL(memcmp(buffer, u"ab\0x", 8), 0);
    CU_ASSERT_EQUAL(prof_text_whole("abc", buffer, 4, NULL), S_OK);
    CU_ASSERT_EQUAL(memcmp(buffer, u"abc", 8), 0);
    CU_ASSERT_EQUAL(prof_text_whole("abc", NULL, 0, &length), S_OK);
    CU_ASSERT_EQUAL(length, 4);
}

CU_TestInfo prof_text_tests[] = {
    {"characters of every length go there and back", characters_of_every_length},
    {"what is invalid becomes U+FFFD", what_is_invalid_becomes_a_replacement},
    {"a buffer too small is cut, or left alone", a_small_buffer_is_cut_or_left_alone},
    CU_TEST_INFO_NULL,
};
