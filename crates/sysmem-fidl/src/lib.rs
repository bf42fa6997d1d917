//! Generated bindings of the sysmem FIDL libraries.
