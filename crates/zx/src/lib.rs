//! Channels, VMOs, eventpairs, events and koids of Zircon, as Linux kernel objects.
