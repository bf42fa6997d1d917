//! The sysmem service: one event loop that drives the core.
