//! Every course that two clients and a heap can take, against a model that is too simple to be
//! wrong.
//!
//! Each client follows a script, and may die before any line of it; the heap may answer, well or
//! badly, at any time after it was asked.

use sysmem_core::HeapFailure;
use sysmem_fidl::fuchsia_sysmem2 as fsysmem2;

use crate::client::{Call, Client};
use crate::constraints::cpu;
use crate::memory::Memory;
use crate::wires::Answer;
use crate::world::World;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Constrain,
    Wait,
    Release,
    Close,
}

use Line::{Close, Constrain, Release, Wait};

const SCRIPTS: [&[Line]; 4] = [
    &[Constrain, Wait, Release, Close],
    &[Constrain, Release, Close],
    &[Constrain, Wait, Wait],
    &[Release, Close],
];

/// What the model knows of a client.
#[derive(Debug, Default)]
struct Model {
    constrained: bool,
    released: bool,
    closed: bool,
    waits: Vec<Expected>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Nothing,
    Buffers,
    NoMemory,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Buffers {
    NotAsked,
    Asked,
    There,
}

/// Two clients, and the same two in the model.
struct Course {
    world: World,
    clients: [Client; 2],
    calls: [Vec<Call>; 2],
    models: [Model; 2],
    buffers: Buffers,
    failed: bool,
}

#[test]
fn every_course_of_two_clients() {
    let mut courses = 0;
    for first in SCRIPTS {
        for second in SCRIPTS {
            let mut choices = Choices::default();
            loop {
                let mut course = Course::new();
                course.run([first, second], &mut choices);
                course.finish();
                courses += 1;
                if !choices.advance() {
                    break;
                }
            }
        }
    }
    assert!(courses > 1000, "{courses}");
}

impl Course {
    fn new() -> Self {
        let world = World::new();
        world.heap_takes_its_time();
        let (root, [other]) = world.participants();
        Self {
            world,
            clients: [root, other],
            calls: Default::default(),
            models: Default::default(),
            buffers: Buffers::NotAsked,
            failed: false,
        }
    }

    fn run(&mut self, scripts: [&[Line]; 2], choices: &mut Choices) {
        let mut at = [0, 0];
        while !self.failed {
            let mut options: Vec<(usize, Line)> = Vec::new();
            for who in 0..2 {
                let left = &scripts[who][at[who]..];
                options.extend(left.first().map(|line| (who, *line)));
                options.extend(left.first().filter(|line| **line != Close).map(|_| (who, Close)));
            }
            let heap_answers = if self.buffers == Buffers::Asked { 2 } else { 0 };
            if options.is_empty() && heap_answers == 0 {
                return;
            }
            match choices.choose(options.len() + heap_answers) {
                choice if choice < options.len() => {
                    let (who, line) = options[choice];
                    at[who] = if line == Close { scripts[who].len() } else { at[who] + 1 };
                    self.act(who, line);
                }
                choice => self.heap_answers(choice == options.len()),
            }
            self.compare();
        }
    }

    fn act(&mut self, who: usize, line: Line) {
        let (client, model) = (&self.clients[who], &mut self.models[who]);
        match line {
            Constrain => {
                client.set_constraints(cpu(1, 64));
                model.constrained = true;
            }
            Wait => {
                self.calls[who].push(client.wait());
                let is_there = self.buffers == Buffers::There;
                model.waits.push(if is_there { Expected::Buffers } else { Expected::Nothing });
            }
            Release => {
                client.release();
                model.released = true;
            }
            Close => {
                client.close();
                self.failed |= !model.released;
                model.closed = true;
            }
        }
        self.draw_conclusions();
    }

    /// What the model makes of it: see `sysmem2-protocols.md` 3.6.
    fn draw_conclusions(&mut self) {
        self.failed |= self.models.iter().all(|model| model.closed);
        let all_are_ready = self.models.iter().all(|model| model.constrained || model.closed);
        if !self.failed && all_are_ready && self.buffers == Buffers::NotAsked {
            let somebody_wants_any = self.models.iter().any(|model| model.constrained);
            self.buffers = Buffers::Asked;
            self.failed = !somebody_wants_any;
        }
    }

    fn heap_answers(&mut self, well: bool) {
        let failure = HeapFailure { reason: "badly".into() };
        self.world.heap_answers(if well { Ok(()) } else { Err(failure) });
        let expected = if well { Expected::Buffers } else { Expected::NoMemory };
        for model in self.models.iter_mut().filter(|model| !model.closed) {
            model.waits.fill(expected);
        }
        self.buffers = Buffers::There;
        self.failed = !well;
    }

    fn compare(&mut self) {
        for (client, model) in self.clients.iter().zip(&self.models) {
            assert_eq!(client.is_open(), !self.failed && !model.closed, "{model:?}");
        }
        let asked = usize::from(self.buffers != Buffers::NotAsked);
        assert!(self.world.allocated_names().len() <= asked);
    }

    /// The answers are those of the model, and in the end nothing is left.
    fn finish(&self) {
        for (calls, model) in self.calls.iter().zip(&self.models) {
            let answers: Vec<Expected> = calls.iter().map(answer_of).collect();
            assert_eq!(answers, model.waits, "{model:?}");
        }
        for client in self.clients.iter().filter(|client| client.is_open()) {
            client.close();
        }
        if !self.world.allocations_in(Memory::Wanted).is_empty() {
            self.world.heap_answers(Ok(()));
        }
        self.world.assert_nothing_is_left_but_allocators();
    }
}

fn answer_of(call: &Call) -> Expected {
    match call.try_answer() {
        None => Expected::Nothing,
        Some(Answer::Buffers(Ok(_))) => Expected::Buffers,
        Some(Answer::Buffers(Err(fsysmem2::Error::NO_MEMORY))) => Expected::NoMemory,
        Some(other) => panic!("{other:?}"),
    }
}

/// Walks through all sequences of choices: each run repeats the last one up to the last choice that
/// could still be another.
#[derive(Debug, Default)]
struct Choices {
    /// What was chosen, out of how many.
    taken: Vec<(usize, usize)>,
    at: usize,
}

impl Choices {
    fn choose(&mut self, of: usize) -> usize {
        if self.at == self.taken.len() {
            self.taken.push((0, of));
        }
        let (chosen, options) = self.taken[self.at];
        assert_eq!(options, of, "the same choices lead to the same options");
        self.at += 1;
        chosen
    }

    /// Whether there is another sequence.
    fn advance(&mut self) -> bool {
        self.at = 0;
        while let Some((chosen, of)) = self.taken.pop() {
            if chosen + 1 < of {
                self.taken.push((chosen + 1, of));
                return true;
            }
        }
        false
    }
}
