//! Shared objects with drivers in them.

use std::ffi::{CStr, c_void};
use std::fmt;
use std::path::{Path, PathBuf};
use std::ptr;

use libloading::Library;

use crate::abi::{ABI_VERSION, DriverRecord, RECORD_SYMBOL};
use crate::host::device::Device;
use crate::status::Status;

/// A driver that is loaded. Shared objects are never unloaded: threads may be in them.
#[derive(Clone, Copy, Debug)]
pub(super) struct LoadedDriver(&'static DriverRecord);

/// Why a driver cannot be loaded.
#[derive(Debug)]
#[non_exhaustive]
pub enum LoadError {
    /// It is not there, or is no shared object for this machine.
    Open {
        /// The file.
        path: PathBuf,
        /// What the loader said.
        error: libloading::Error,
    },
    /// It exports no `sysmem_driver_record`.
    NoDriver {
        /// The file.
        path: PathBuf,
    },
    /// It was built against another version of `include/sysmem/driver.h`.
    Version {
        /// The file.
        path: PathBuf,
        /// What it was built against.
        found: u32,
    },
}

/// Why a driver does not drive a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum BindError {
    /// It drives devices of another kind.
    Kind,
    /// A property has not the value that it asks for.
    Rule { property: String, value: String },
    /// It said so itself.
    Refused(Status),
}

/// A driver that drives a device. Dropped, it is released.
#[derive(Debug)]
pub(super) struct Bound {
    driver: LoadedDriver,
    ctx: *mut c_void,
}

impl LoadedDriver {
    /// Loads the driver of a shared object.
    ///
    /// # Errors
    ///
    /// See [`LoadError`].
    pub(super) fn load(path: &Path) -> Result<Self, LoadError> {
        // SAFETY: whoever writes the bus file says that the code of this file is to be run here, with
        // all rights of the process. That is what a driver is.
        let library = unsafe { Library::new(path) }
            .map_err(|error| LoadError::Open { path: path.to_owned(), error })?;
        // SAFETY: the symbol is not used as what it may not be: see below.
        let record = unsafe { library.get::<*const DriverRecord>(RECORD_SYMBOL) }
            .map(|symbol| *symbol)
            .ok()
            .filter(|record| !record.is_null() && record.is_aligned())
            .ok_or_else(|| LoadError::NoDriver { path: path.to_owned() })?;
        // From here on its code may be running, or its data be pointed to.
        std::mem::forget(library);
        // SAFETY: the version is the first member of the record in every version.
        let found = unsafe { record.cast::<u32>().read() };
        if found != ABI_VERSION {
            return Err(LoadError::Version { path: path.to_owned(), found });
        }
        // SAFETY: a record of this version has this layout, is constant, and stays.
        Ok(Self(unsafe { &*record }))
    }

    /// What the driver is called.
    pub(super) fn name(self) -> String {
        // SAFETY: a string by the header.
        unsafe { CStr::from_ptr(self.0.name) }.to_string_lossy().into_owned()
    }

    /// Has it drive a device.
    ///
    /// # Errors
    ///
    /// See [`BindError`].
    pub(super) fn bind(self, device: &'static Device) -> Result<Bound, BindError> {
        if self.0.protocol != device.kind() {
            return Err(BindError::Kind);
        }
        self.check_rules(device)?;
        let mut ctx = ptr::null_mut();
        // SAFETY: by the header it takes a device that stays, and room for a pointer.
        let status = unsafe { (self.0.bind)(device.as_raw(), &mut ctx) };
        Status::check(status).map_err(BindError::Refused)?;
        Ok(Bound { driver: self, ctx })
    }

    fn check_rules(self, device: &Device) -> Result<(), BindError> {
        let count = usize::try_from(self.0.rule_count).unwrap_or(0);
        if self.0.rules.is_null() {
            return Ok(());
        }
        // SAFETY: by the header there are so many rules.
        let rules = unsafe { std::slice::from_raw_parts(self.0.rules, count) };
        for rule in rules {
            // SAFETY: strings by the header.
            let (property, value) =
                unsafe { (CStr::from_ptr(rule.property), CStr::from_ptr(rule.value)) };
            if device.property(property) != Some(value) {
                let text = |text: &CStr| text.to_string_lossy().into_owned();
                return Err(BindError::Rule { property: text(property), value: text(value) });
            }
        }
        Ok(())
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        if let Some(release) = self.driver.0.release {
            // SAFETY: what `bind` has returned, once.
            unsafe { release(self.ctx) };
        }
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open { path, error } => {
                write!(f, "{}: cannot be loaded: {error}", path.display())
            }
            Self::NoDriver { path } => {
                write!(f, "{}: there is no driver in it: no {RECORD_SYMBOL}", path.display())
            }
            Self::Version { path, found } => write!(
                f,
                "{}: the driver was built against version {found} of sysmem/driver.h; this host has \
                 version {ABI_VERSION}",
                path.display()
            ),
        }
    }
}

impl std::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Open { error, .. } => Some(error),
            Self::NoDriver { .. } | Self::Version { .. } => None,
        }
    }
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind => f.write_str("it drives other kinds of devices"),
            Self::Rule { property, value } => {
                write!(f, "it drives devices whose {property} is {value}")
            }
            Self::Refused(status) => write!(f, "it said {status}"),
        }
    }
}
