//! The client library of sysmem: connect, negotiate, map.
