//! Builds C and C++ programs on the bindings in the folder `c` of the project. For tests.
//!
//! The compilers are `$CC` and `$CXX`, or else `cc` and `c++`.

#![forbid(unsafe_code)]

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Every warning that the bindings have to be free of, as an error.
pub const WARNINGS: [&str; 5] = ["-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror"];

/// Sources of the runtime, in `c/runtime`.
pub const RUNTIME: [&str; 5] = ["zx.c", "coding.c", "message.c", "loop.c", "binding.c"];

/// What sources are compiled as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    C11,
    Cpp17,
}

/// Why there is no program.
#[derive(Debug)]
pub enum BuildError {
    /// The compiler cannot be run.
    NoCompiler(OsString, io::Error),
    /// The compiler has complaints.
    Complaints(String),
}

/// The folder `c` of the project.
pub fn bindings() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../c")
}

/// The sources of the runtime.
pub fn runtime_sources() -> Vec<PathBuf> {
    RUNTIME.iter().map(|name| bindings().join("runtime").join(name)).collect()
}

/// The source of `fuchsia.sysmem`.
pub fn sysmem_source() -> PathBuf {
    bindings().join("fuchsia.sysmem/fuchsia_sysmem.c")
}

/// Checks that sources compile without a warning. `includes` are folders beside those of the
/// bindings.
///
/// # Errors
///
/// See [`BuildError`].
pub fn check(
    language: Language,
    sources: &[PathBuf],
    includes: &[PathBuf],
) -> Result<(), BuildError> {
    for source in sources {
        let mut command = command(language, includes);
        command.args(["-O1", "-fsyntax-only"]).arg(source);
        run(command)?;
    }
    Ok(())
}

/// Builds a C program of sources, the runtime and the bindings of `fuchsia.sysmem`.
///
/// # Errors
///
/// See [`BuildError`].
pub fn build(program: &Path, sources: &[PathBuf], includes: &[PathBuf]) -> Result<(), BuildError> {
    let mut command = command(Language::C11, includes);
    command.args(["-O1", "-g", "-o"]).arg(program);
    command.args(sources).args(runtime_sources()).arg(sysmem_source());
    run(command)
}

/// Builds a shared object likewise: a driver.
///
/// # Errors
///
/// See [`BuildError`].
pub fn build_shared(
    object: &Path,
    sources: &[PathBuf],
    includes: &[PathBuf],
) -> Result<(), BuildError> {
    let mut command = command(Language::C11, includes);
    command.args(["-shared", "-fPIC", "-pthread", "-O1", "-g", "-o"]).arg(object);
    command.args(sources).args(runtime_sources()).arg(sysmem_source());
    run(command)
}

fn command(language: Language, includes: &[PathBuf]) -> Command {
    let (variable, default, arguments): (_, _, &[&str]) = match language {
        Language::C11 => ("CC", "cc", &["-std=c11"]),
        Language::Cpp17 => ("CXX", "c++", &["-x", "c++", "-std=c++17"]),
    };
    let compiler = env::var_os(variable).unwrap_or_else(|| default.into());
    let mut command = Command::new(compiler);
    command.args(arguments).args(WARNINGS);
    let own = ["runtime", "fuchsia.sysmem"].map(|folder| bindings().join(folder));
    for folder in own.iter().chain(includes) {
        command.arg("-I").arg(folder);
    }
    command
}

fn run(mut command: Command) -> Result<(), BuildError> {
    match command.output() {
        Err(error) => Err(BuildError::NoCompiler(command.get_program().to_owned(), error)),
        Ok(Output { status, .. }) if status.success() => Ok(()),
        Ok(output) => {
            Err(BuildError::Complaints(String::from_utf8_lossy(&output.stderr).into_owned()))
        }
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCompiler(name, error) => write!(f, "cannot run {}: {error}", name.display()),
            Self::Complaints(text) => write!(f, "the compiler says:\n{text}"),
        }
    }
}

impl std::error::Error for BuildError {}
