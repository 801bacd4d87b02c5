/* The order of rows in the file. Members stand together by owner, in the order of the owners
 * (II.22, the list columns); some tables are sorted by a column. What that moves is written down as
 * order (which old row stands where) and map (where an old row went); a table that is in order
 * already, as all are after loading, has neither. A table is ordered after those that its key
 * refers to. */
#include "il_build_state.h"

/* ---- The rules ---- */

/* Which list column leads to a member table. */
il_column il_build_list_column(il_table member) {
    switch (member) {
    case IL_Field: return IL_TypeDef_FieldList;
    case IL_MethodDef: return IL_TypeDef_MethodList;
    case IL_Param: return IL_MethodDef_ParamList;
    case IL_Property: return IL_PropertyMap_PropertyList;
    case IL_Event: return IL_EventMap_EventList;
    default: return IL_COLUMN_COUNT;
    }
}

/* The sorted tables and the column they are sorted by, in an order in which keys are final. Rows
 * with equal keys keep their order; where the format asks for a second key, minor is it. */
static const struct {
    il_table table;
    il_column key, minor;
} SORTED[] = {
    {IL_ClassLayout, IL_ClassLayout_Parent, IL_COLUMN_COUNT},
    {IL_NestedClass, IL_NestedClass_NestedClass, IL_COLUMN_COUNT},
    {IL_InterfaceImpl, IL_InterfaceImpl_Class, IL_COLUMN_COUNT},
    {IL_MethodImpl, IL_MethodImpl_Class, IL_COLUMN_COUNT},
    {IL_FieldLayout, IL_FieldLayout_Field, IL_COLUMN_COUNT},
    {IL_FieldRVA, IL_FieldRVA_Field, IL_COLUMN_COUNT},
    {IL_ImplMap, IL_ImplMap_MemberForwarded, IL_COLUMN_COUNT},
    {IL_Constant, IL_Constant_Parent, IL_COLUMN_COUNT},
    {IL_FieldMarshal, IL_FieldMarshal_Parent, IL_COLUMN_COUNT},
    {IL_MethodSemantics, IL_MethodSemantics_Association, IL_COLUMN_COUNT},
    {IL_DeclSecurity, IL_DeclSecurity_Parent, IL_COLUMN_COUNT},
    {IL_GenericParam, IL_GenericParam_Owner, IL_GenericParam_Number},
    {IL_GenericParamConstraint, IL_GenericParamConstraint_Owner, IL_COLUMN_COUNT},
    {IL_CustomAttribute, IL_CustomAttribute_Parent, IL_COLUMN_COUNT},
};

enum { SORTED_COUNT = sizeof SORTED / sizeof SORTED[0] };

/* Owners before what they own, since a member's place is its owner's. */
static const il_table MEMBERS[] = {IL_Field, IL_MethodDef, IL_Param, IL_Property, IL_Event};

enum { MEMBER_COUNT = sizeof MEMBERS / sizeof MEMBERS[0] };

uint64_t il_build_sorted_tables(void) {
    uint64_t bits = 0;
    for (unsigned i = 0; i < SORTED_COUNT; i++)
        bits |= 1ull << SORTED[i].table;
    return bits;
}

/* ---- Ordering one table ---- */

typedef struct sort_key {
    uint64_t key;
    uint32_t row;
} sort_key;

/* Merges [low, middle) and [middle, high), the left one first among equals. */
static void merge(const sort_key *from, sort_key *to, uint32_t low, uint32_t middle,
                  uint32_t high) {
    uint32_t left = low, right = middle;
    for (uint32_t i = low; i < high; i++) {
        bool take_left = left < middle && (right == high || from[left].key <= from[right].key);
        to[i] = from[take_left ? left++ : right++];
    }
}

/* A stable merge sort between two buffers (the C library's qsort takes memory of its own); returns
 * the one that holds the result. */
static sort_key *sort_keys(sort_key *keys, sort_key *spare, uint32_t count) {
    for (uint64_t width = 1; width < count; width *= 2) {
        for (uint64_t low = 0; low < count; low += 2 * width) {
            uint64_t middle = low + width < count ? low + width : count;
            uint64_t high = low + 2 * width < count ? low + 2 * width : count;
            merge(keys, spare, (uint32_t)low, (uint32_t)middle, (uint32_t)high);
        }
        sort_key *sorted = spare;
        spare = keys;
        keys = sorted;
    }
    return keys;
}

static bool ascending(const sort_key *keys, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        if (keys[i - 1].key > keys[i].key)
            return false;
    }
    return true;
}

static bool set_order(il_build_table *table, const sort_key *keys) {
    table->order = mem_resize(NULL, table->rows, sizeof *table->order);
    table->map = mem_resize(NULL, table->rows, sizeof *table->map);
    if (!table->order || !table->map)
        return false;
    for (uint32_t i = 0; i < table->rows; i++) {
        table->order[i] = keys[i].row;
        table->map[keys[i].row - 1] = i + 1;
    }
    return true;
}

/* key_of may set *bad for a row that cannot be placed. */
static il_status order_table(il_build *build, il_table number,
                             uint64_t (*key_of)(const il_build *build, unsigned rule, uint32_t row,
                                                bool *bad),
                             unsigned rule, il_error *err) {
    il_build_table *table = &build->tables[number];
    bool bad = false, done = true;
    if (table->rows == 0)
        return IL_OK;
    sort_key *keys = mem_resize(NULL, table->rows, 2 * sizeof *keys);
    if (!keys)
        return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
    for (uint32_t row = 1; row <= table->rows && !bad; row++) {
        keys[row - 1] = (sort_key){key_of(build, rule, row, &bad), row};
        if (bad)
            il_fail(err, IL_BAD_METADATA, IL_NO_OFFSET, IL_TOKEN(number, row),
                    "%s row %u belongs to no row that is there", il_table_name(number), row);
    }
    if (!bad && !ascending(keys, table->rows))
        done = set_order(table, sort_keys(keys, keys + table->rows, table->rows));
    mem_free(keys);
    if (!done)
        return il_fail(err, IL_OUT_OF_MEMORY, IL_NO_OFFSET, 0, "out of memory");
    return bad ? IL_BAD_METADATA : IL_OK;
}

/* ---- Keys ---- */

static uint64_t member_key(const il_build *build, unsigned rule, uint32_t row, bool *bad) {
    il_table member = MEMBERS[rule];
    uint32_t owner = build->tables[member].owners[row - 1];
    il_table owners = (il_table)il_column_get(il_build_list_column(member))->table;
    if (owner == 0 || owner > build->tables[owners].rows) {
        *bad = true;
        return 0;
    }
    uint64_t key = IL_TOKEN_ROW(il_build_final_token(build, IL_TOKEN(owners, owner)));
    if (member == IL_Param) /* by sequence within a method (II.22.33) */
        key = key << 16 | (il_build_get(build, IL_Param_Sequence, row) & 0xFFFF);
    return key;
}

/* Whether a member table stands as it must, told without computing keys: the usual case. */
static bool members_in_order(const il_build *build, il_table member) {
    const il_build_table *table = &build->tables[member];
    const il_build_table *owners =
        &build->tables[il_column_get(il_build_list_column(member))->table];
    uint32_t last_owner = 1, last_sequence = 0;
    if (owners->map)
        return false;
    for (uint32_t row = 1; row <= table->rows; row++) {
        uint32_t owner = table->owners[row - 1], sequence = 0;
        if (member == IL_Param)
            sequence = il_build_row(table, row)[IL_Param_Sequence - table->first];
        if (owner < last_owner || owner > owners->rows ||
            (owner == last_owner && sequence < last_sequence))
            return false;
        last_owner = owner;
        last_sequence = sequence;
    }
    return true;
}

static uint64_t sorted_key(const il_build *build, unsigned rule, uint32_t row, bool *bad) {
    const il_column_info *column = il_column_get(SORTED[rule].key);
    uint32_t token = il_build_final_token(build, il_build_get(build, SORTED[rule].key, row));
    uint32_t raw = IL_TOKEN_ROW(token);
    if (column->kind == IL_KIND_CODED && raw &&
        !il_coded_encode((il_coded)column->target, token, &raw))
        *bad = true;
    uint64_t key = (uint64_t)raw << 16;
    return SORTED[rule].minor == IL_COLUMN_COUNT
               ? key
               : key | (il_build_get(build, SORTED[rule].minor, row) & 0xFFFF);
}

il_status il_build_sort(il_build *build, il_error *err) {
    il_status status = IL_OK;
    for (unsigned t = 0; t < IL_TABLE_COUNT; t++) {
        mem_free(build->tables[t].order);
        mem_free(build->tables[t].map);
        build->tables[t].order = build->tables[t].map = NULL;
    }
    for (unsigned i = 0; i < MEMBER_COUNT && status == IL_OK; i++) {
        if (!members_in_order(build, MEMBERS[i]))
            status = order_table(build, MEMBERS[i], member_key, i, err);
    }
    for (unsigned i = 0; i < SORTED_COUNT && status == IL_OK; i++)
        status = order_table(build, SORTED[i].table, sorted_key, i, err);
    return status;
}
