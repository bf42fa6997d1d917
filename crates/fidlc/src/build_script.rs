//! For build scripts: from folders of FIDL files to Rust modules in `OUT_DIR`.
//!
//! ```no_run
//! fidlc::build_script::BuildScript::default()
//!     .library("../../fidl/zx")
//!     .library("../../fidl/fuchsia.sysmem2")
//!     .emit("fuchsia.sysmem2")
//!     .run();
//! ```
//!
//! The crate then includes each module:
//! `pub mod fuchsia_sysmem2 { include!(concat!(env!("OUT_DIR"), "/fuchsia_sysmem2.rs")); }`.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::backend::rust::{self, RustOptions};
use crate::{Compiler, Diagnostics, SourceFile, Version};

/// What to compile, and which libraries to make modules of.
#[derive(Clone, Debug, Default)]
pub struct BuildScript {
    folders: Vec<PathBuf>,
    versions: Vec<(String, Version)>,
    options: RustOptions,
}

/// Why a build script has no output.
#[derive(Debug)]
pub enum BuildError {
    /// Cargo did not say where output belongs: this is no build script.
    NoOutDir,
    /// A folder or file cannot be read.
    Read(PathBuf, io::Error),
    /// A module cannot be written.
    Write(PathBuf, io::Error),
    /// No library of that name was given.
    UnknownLibrary(String),
    /// The FIDL files are wrong.
    Fidl(Diagnostics),
}

impl BuildScript {
    /// Adds a library: all `.fidl` files of a folder.
    pub fn library(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folders.push(folder.into());
        self
    }

    /// Selects the version of a platform.
    pub fn available(mut self, platform: &str, version: Version) -> Self {
        self.versions.push((platform.to_owned(), version));
        self
    }

    /// Asks for the module of a library; without any such call there are modules of all.
    pub fn emit(mut self, library: &str) -> Self {
        self.options.libraries.push(library.to_owned());
        self
    }

    /// Writes the modules into `OUT_DIR` and tells cargo when to do it again. Ends the process with
    /// a message if that fails.
    pub fn run(&self) {
        if let Err(error) = self.try_run() {
            eprintln!("{error}");
            std::process::exit(1);
        }
    }

    fn try_run(&self) -> Result<(), BuildError> {
        let out = std::env::var_os("OUT_DIR").map(PathBuf::from).ok_or(BuildError::NoOutDir)?;
        let mut compiler = Compiler::new();
        for (platform, version) in &self.versions {
            compiler.select(platform, *version);
        }
        for folder in &self.folders {
            println!("cargo::rerun-if-changed={}", folder.display());
            compiler.add_library(read_library(folder)?);
        }
        let compilation = compiler.compile().map_err(BuildError::Fidl)?;
        for warning in &compilation.warnings {
            println!("cargo::warning={}: {}", warning.rule().code(), warning.message());
        }
        let is_given = |name: &&String| compilation.libraries.iter().any(|l| l.name == **name);
        if let Some(missing) = self.options.libraries.iter().find(|name| !is_given(name)) {
            return Err(BuildError::UnknownLibrary(missing.clone()));
        }
        for file in rust::generate(&compilation.libraries, &self.options) {
            let path = out.join(file.name);
            std::fs::write(&path, file.text).map_err(|error| BuildError::Write(path, error))?;
        }
        Ok(())
    }
}

/// The `.fidl` files of a folder, by name, so that output does not depend on the file system.
fn read_library(folder: &Path) -> Result<Vec<SourceFile>, BuildError> {
    let failed = |error| BuildError::Read(folder.to_owned(), error);
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "fidl") {
            paths.push(path);
        }
    }
    paths.sort();
    paths.into_iter().map(|path| read_file(&path)).collect()
}

fn read_file(path: &Path) -> Result<SourceFile, BuildError> {
    println!("cargo::rerun-if-changed={}", path.display());
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(SourceFile { name: path.display().to_string(), text }),
        Err(error) => Err(BuildError::Read(path.to_owned(), error)),
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoOutDir => f.write_str("OUT_DIR is not set: only build scripts run this"),
            Self::Read(path, error) => write!(f, "cannot read {}: {error}", path.display()),
            Self::Write(path, error) => write!(f, "cannot write {}: {error}", path.display()),
            Self::UnknownLibrary(name) => write!(f, "no folder holds library {name}"),
            Self::Fidl(diagnostics) => diagnostics.fmt(f),
        }
    }
}

impl std::error::Error for BuildError {}
