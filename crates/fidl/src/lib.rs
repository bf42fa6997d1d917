//! FIDL wire format v2: encoder, strict decoder and transactional messages, without I/O.
