//! The command `fidlc`.

mod command_line;

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use command_line::{Arguments, Command};
use fidlc::backend::rust::{self, RustOptions};
use fidlc::backend::{c, json};
use fidlc::ir::Library;
use fidlc::{Compiler, Diagnostics, SourceFile, Style};

fn main() -> ExitCode {
    match command_line::parse(std::env::args().skip(1)) {
        Ok(Command::Help) => {
            print!("{}", command_line::HELP);
            ExitCode::SUCCESS
        }
        Ok(Command::Compile(arguments)) => match run(&arguments) {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => {
                eprint!("{failure}");
                ExitCode::from(1)
            }
        },
        Err(error) => {
            eprintln!("fidlc: {error}\nTry --help.");
            ExitCode::from(2)
        }
    }
}

/// Why there is no output.
enum Failure {
    Read(PathBuf, io::Error),
    Write(PathBuf, io::Error),
    Fidl(Diagnostics),
    UnknownLibrary(String),
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut compiler = Compiler::new();
    for (platform, version) in &arguments.versions {
        compiler.select(platform, *version);
    }
    for files in &arguments.libraries {
        let files = files.iter().map(|path| read(path)).collect::<Result<_, _>>()?;
        compiler.add_library(files);
    }
    let compilation = compiler.compile().map_err(Failure::Fidl)?;
    eprint!("{}", compilation.warnings.render(stderr_style()));

    let libraries = &compilation.libraries;
    let names = wanted(arguments, libraries)?;
    if let Some(folder) = &arguments.rust {
        let options = RustOptions { libraries: names.clone(), ..RustOptions::default() };
        for file in rust::generate(libraries, &options) {
            write(&folder.join(file.name), &file.text)?;
        }
    }
    if let Some(folder) = &arguments.c {
        for library in libraries.iter().filter(|library| names.contains(&library.name)) {
            for file in c::generate(library, libraries) {
                write(&folder.join(file.name), &file.text)?;
            }
        }
    }
    if let Some(path) = &arguments.json {
        let versions: BTreeMap<_, _> = arguments
            .versions
            .iter()
            .map(|(platform, version)| (platform.clone(), version.to_string()))
            .collect();
        for library in libraries.iter().filter(|library| names.contains(&library.name)) {
            write(path, &json::generate_text(library, libraries, &versions))?;
        }
    }
    Ok(())
}

/// The libraries to make output of.
fn wanted(arguments: &Arguments, libraries: &[Library]) -> Result<Vec<String>, Failure> {
    if arguments.names.is_empty() {
        return Ok(libraries.last().map(|library| library.name.clone()).into_iter().collect());
    }
    let is_given = |name: &&String| libraries.iter().any(|library| library.name == **name);
    match arguments.names.iter().find(|name| !is_given(name)) {
        Some(missing) => Err(Failure::UnknownLibrary(missing.clone())),
        None => Ok(arguments.names.clone()),
    }
}

fn read(path: &Path) -> Result<SourceFile, Failure> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(SourceFile { name: path.display().to_string(), text }),
        Err(error) => Err(Failure::Read(path.to_owned(), error)),
    }
}

/// Writes a file, or to standard output if it is called `-`.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let result = if path == Path::new("-") {
        io::stdout().write_all(text.as_bytes())
    } else {
        std::fs::write(path, text)
    };
    result.map_err(|error| Failure::Write(path.to_owned(), error))
}

fn stderr_style() -> Style {
    if io::stderr().is_terminal() { Style::Styled } else { Style::Plain }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(path, error) => {
                writeln!(f, "fidlc: cannot read {}: {error}", path.display())
            }
            Self::Write(path, error) => {
                writeln!(f, "fidlc: cannot write {}: {error}", path.display())
            }
            Self::Fidl(diagnostics) => f.write_str(&diagnostics.render(stderr_style())),
            Self::UnknownLibrary(name) => writeln!(f, "fidlc: no library {name} among the files"),
        }
    }
}
