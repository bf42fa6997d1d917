//! The contract of `SimpleBinding` (`sysmem1.md` section 6), kept by `c/runtime/binding.c`: a case
//! of
//! `programs/binding.c` for each rule.

mod support;

#[test]
fn sysmem1_r19_bindings_keep_the_contract() {
    support::run_cases(&support::program("binding"));
}
