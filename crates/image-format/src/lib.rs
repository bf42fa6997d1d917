//! Pixel formats, modifiers, colour spaces and layout arithmetic.
