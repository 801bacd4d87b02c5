//! Nothing of ours: this package exists so that cargo fetches, checks and builds the C library MIR,
//! which the crate mir-sys carries, for build.sh to make one object file of.
#![no_std]
extern crate mir_sys;
