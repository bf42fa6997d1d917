//! The conformance cases of wire format v2, run against generated code.
