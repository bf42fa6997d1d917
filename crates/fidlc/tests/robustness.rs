//! No text makes the compiler panic, and none makes it run away.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use fidlc::{Compiler, Rule, SourceFile, Style};

/// splitmix64: the same sequence for ever.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound.max(1) as u64).expect("below a usize")
    }
}

/// Pieces that make interesting faults.
const PIECES: &[&str] = &[
    "{",
    "}",
    "<",
    ">",
    "(",
    ")",
    ";",
    ":",
    ",",
    ".",
    "=",
    "|",
    "@",
    "->",
    "\"",
    "\\u{",
    "///",
    "//",
    "\n",
    "0",
    "-1",
    "64",
    "99999999999",
    "1e9",
    "struct",
    "table",
    "union",
    "enum",
    "bits",
    "strict",
    "flexible",
    "resource",
    "box",
    "vector",
    "array",
    "string",
    "optional",
    "error",
    "compose",
    "é",
    "\u{0}",
    "@available(added=2)",
    "@available(added=1)",
    "client_end",
    "uint8",
    "HEAD",
    "type T = ",
];

/// Sources to start from: the cases for the rules, which have something of everything, and the
/// libraries of the project.
fn seeds() -> Vec<String> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = sources(&here.join("tests/ui"));
    let read = |path: &PathBuf| fs::read_to_string(path).expect("a source");
    let all: String = paths.iter().map(|path| read(path).replace("library test;", "")).collect();
    for library in ["zx", "fuchsia.math", "fuchsia.images2", "fuchsia.sysmem2"] {
        paths.extend(sources(&here.join("../../fidl").join(library)));
    }
    paths.extend(sources(&here.join("../fidl-conformance/data")));
    let mut seeds: Vec<String> = paths.iter().map(read).collect();
    seeds.push(format!("library test;\n{all}"));
    seeds
}

/// The sources of a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of sources");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "fidl"));
    paths.sort();
    paths
}

fn mutate(text: &str, random: &mut Random) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(4) {
        let at = random.below(chars.len() + 1);
        let end = (at + random.below(12)).min(chars.len());
        match random.below(4) {
            0 => drop(chars.drain(at..end)),
            1 => {
                let piece = PIECES[random.below(PIECES.len())];
                chars.splice(at..at, piece.chars());
            }
            2 => {
                let copy: Vec<char> = chars[at..end].to_vec();
                let to = random.below(chars.len() + 1);
                chars.splice(to..to, copy);
            }
            _ => {
                let piece = PIECES[random.below(PIECES.len())];
                chars.splice(at..end, piece.chars());
            }
        }
    }
    chars.into_iter().collect()
}

/// Compiles and renders, whatever comes of it; whether it compiled.
fn survives(text: String) -> bool {
    let mut compiler = Compiler::new();
    compiler.add_library(vec![SourceFile { name: "mutant.fidl".to_owned(), text }]);
    match compiler.compile() {
        Ok(compilation) => !compilation.libraries.is_empty(),
        Err(findings) => {
            assert!(!findings.is_empty());
            assert!(!findings.render(Style::Plain).is_empty());
            false
        }
    }
}

#[test]
fn mutated_sources_do_not_panic() {
    let mut random = Random(2026);
    let mut compiled = 0;
    for seed in seeds() {
        for _ in 0..12 {
            compiled += usize::from(survives(mutate(&seed, &mut random)));
        }
    }
    assert!(compiled > 0, "some mutants are still correct");
}

#[test]
fn garbage_does_not_panic() {
    let mut random = Random(7);
    for _ in 0..500 {
        let pieces = random.below(40);
        let text: String = (0..pieces).map(|_| PIECES[random.below(PIECES.len())]).collect();
        survives(format!("library l;{text}"));
        survives(text);
    }
}

/// The rules of all findings about one library.
fn rules(text: String) -> Vec<Rule> {
    match support::compiler(&[&text]).compile() {
        Ok(_) => Vec::new(),
        Err(findings) => findings.iter().map(fidlc::Diagnostic::rule).collect(),
    }
}

#[test]
fn deep_nesting_is_refused_at_the_limit() {
    let nested = |depth: usize| {
        let (open, close) = ("struct { a ".repeat(depth), "; }".repeat(depth));
        rules(format!("library l; type T = {open}uint8{close};"))
            .into_iter()
            .filter(|rule| *rule != Rule::SameName)
            .collect::<Vec<_>>()
    };
    assert_eq!(nested(63), []);
    assert_eq!(nested(64), [Rule::NestingTooDeep]);
    assert_eq!(nested(100_000), [Rule::NestingTooDeep]);
}

#[test]
fn long_chains_of_layouts_are_followed() {
    let chain: String =
        (0..5000).map(|i| format!("type T{i} = struct {{ a T{}; }};", i + 1)).collect();
    assert_eq!(rules(format!("library l; {chain} type T5000 = struct {{ a uint8; }};")), []);
}

#[test]
fn long_chains_of_constants_are_refused() {
    let chain = |length: usize| {
        let chain: String =
            (0..length).map(|i| format!("const C{i} uint8 = C{};", i + 1)).collect();
        rules(format!("library l; {chain} const C{length} uint8 = 1;"))
    };
    assert_eq!(chain(100), []);
    assert!(chain(5000).contains(&Rule::NestingTooDeep));
}
