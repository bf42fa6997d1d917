//! What would help: single changes, each tried before it is suggested.

use sysmem_fidl::fuchsia_images2::{PixelFormat, PixelFormatModifier};
use sysmem_fidl::fuchsia_math::SizeU;
use sysmem_fidl::fuchsia_sysmem2::{
    self as fsysmem2, BufferCollectionConstraints, ImageFormatConstraints,
};

use super::field::{CountField, Field, ImageField, MemoryField};
use super::numbers::{Slack, nearest};
use super::offers::{missing_offers, more_color_spaces, more_heaps, offers};
use super::trials::Trials;
use super::value::Value;
use super::{Change, Clause, Finding, Repair, Suspect};
use crate::negotiation::failure::{CountShortfall, Failure, Fault, Shortfall};
use crate::negotiation::formats::FormatPair;
use crate::negotiation::usage::Usage;

/// For each clause of the suspects a change of it, or else of something close to it, that makes
/// everybody agree.
pub(super) fn repairs(
    participants: &[&BufferCollectionConstraints],
    failure: &Failure,
    suspects: &[&Suspect],
    trials: Trials<'_>,
) -> Vec<Repair> {
    let mut workshop = Workshop { participants, trials, repairs: Vec::new() };
    if suspects.is_empty() {
        workshop.supply(failure);
    }
    for suspect in suspects {
        workshop.mend(suspect, failure);
    }
    workshop.mend_usages(suspects);
    workshop.repairs
}

struct Workshop<'p, 'a> {
    participants: &'p [&'p BufferCollectionConstraints],
    trials: Trials<'a>,
    repairs: Vec<Repair>,
}

impl<'p> Workshop<'p, '_> {
    /// What nobody has said is said by the first who can.
    fn supply(&mut self, failure: &Failure) {
        for (participant, table) in self.participants.iter().enumerate() {
            let has_images =
                table.image_format_constraints.as_ref().is_some_and(|it| !it.is_empty());
            let value = match failure {
                Failure::NoSize if has_images => {
                    let field = Field::Image { entry: 0, field: ImageField::MinSize };
                    (field, Value::Size(SizeU { width: 64, height: 64 }))
                }
                Failure::NoSize => (
                    Field::Memory(MemoryField::MinSizeBytes),
                    Value::Number(self.trials.page_size_bytes()),
                ),
                Failure::Selection(Shortfall::Count(CountShortfall::Nobody)) => {
                    (Field::Count(CountField::Camping), Value::Number(1))
                }
                _ => {
                    let none = fsysmem2::NONE_USAGE | fsysmem2::NONE_USAGE_PERMIT_ALLOCATION;
                    (Field::Usage, Value::Usage(Usage { none, ..Usage::NONE }))
                }
            };
            self.try_one_of(participant, value.0, [value.1]);
        }
    }

    fn mend(&mut self, suspect: &Suspect, failure: &Failure) {
        let participant = suspect.participant;
        let Some(own) = self.participants.get(participant).copied() else { return };
        let mut names_more = false;
        for Clause { field, value } in &suspect.clauses {
            match field {
                // What a participant does is the last thing it will change.
                Field::Usage => false,
                Field::Memory(MemoryField::PermittedHeaps) => {
                    let heaps = more_heaps(value, self.participants, self.trials.heaps());
                    self.try_one_of(participant, *field, heaps)
                }
                Field::Image { field: ImageField::ColorSpaces, .. } => {
                    let spaces = more_color_spaces(value, self.participants);
                    self.try_one_of(participant, *field, spaces)
                }
                Field::Image { field: ImageField::RequiredMaxSizeList, .. } => {
                    self.try_one_of(participant, *field, shorter_lists(value))
                }
                Field::Image { entry, field } if field.is_format() => {
                    // One more format is enough, whichever entry it is in.
                    names_more = names_more || self.mend_format(participant, own, *entry, *field);
                    names_more
                }
                _ => self.mend_value(participant, *field, value),
            };
        }
        if let Failure::Participant { fault: Fault::Format { entry, .. }, .. } = failure {
            self.name_format(participant, own, *entry);
        }
        if suspect.clauses.iter().any(|clause| clause.field.is_about_memory()) {
            self.open_domains(participant);
        }
    }

    /// If nothing else helps.
    fn mend_usages(&mut self, suspects: &[&Suspect]) {
        for suspect in suspects {
            let usage = suspect.clauses.iter().find(|clause| clause.field == Field::Usage);
            if let Some(usage) = usage.filter(|_| self.repairs.is_empty()) {
                self.mend_usage(suspect.participant, &usage.value);
            }
        }
    }

    /// A number as near to what stands there as possible; a flag the other way round.
    fn mend_value(&mut self, participant: usize, field: Field, value: &Value) -> bool {
        if let Value::Flag(flag) = value {
            return self.try_one_of(participant, field, [Value::Flag(!flag), Value::Unset]);
        }
        let found = field.slack().filter(|_| !self.is_done()).and_then(|slack| {
            let others = self.coarse_values(field, value, slack);
            let other = others.into_iter().find(|other| self.works(participant, field, other));
            other.or_else(|| {
                nearest(value, slack, &mut |value| self.works(participant, field, value))
            })
        });
        match found {
            // 0 is what unset stands for, where lower bounds are concerned.
            Some(Value::Number(0)) => self.try_one_of(participant, field, [Value::Unset]),
            Some(value) => self.suggest_set(participant, field, value),
            None => self.try_one_of(participant, field, [Value::Unset]),
        }
    }

    /// What others have for a divisor is what people would think of first.
    fn coarse_values(&self, field: Field, value: &Value, slack: Slack) -> Vec<Value> {
        let (Slack::Coarse, Field::Image { field, .. }) = (slack, field) else { return Vec::new() };
        let images = self.participants.iter().flat_map(|table| offers(table));
        let mut values: Vec<_> = images.map(|(_, image)| field.get(image)).collect();
        values.retain(|other| other != value && *other != Value::Unset);
        values.dedup();
        values.truncate(Finding::MAX_FORMATS);
        values
    }

    /// The words that do not go together: without one of them, or `NONE_USAGE`.
    fn mend_usage(&mut self, participant: usize, value: &Value) -> bool {
        let usage = match value {
            Value::Usage(usage) => *usage,
            _ => Usage::default(),
        };
        let candidates = [
            Usage { none: 0, ..usage },
            Usage { none: usage.none | fsysmem2::NONE_USAGE, ..usage },
            Usage { cpu: 0, ..usage },
            Usage { video: 0, ..usage },
            Usage { vulkan: 0, ..usage },
            Usage { display: 0, ..usage },
            Usage::NONE,
            Usage { cpu: fsysmem2::CPU_USAGE_READ, ..Usage::default() },
        ];
        let changed = candidates.into_iter().filter(|other| *other != usage);
        self.try_one_of(participant, Field::Usage, changed.map(Value::Usage).collect::<Vec<_>>())
    }

    /// One of the formats that others offer: in the same entry if that will do, else in a new one.
    fn mend_format(
        &mut self,
        participant: usize,
        own: &BufferCollectionConstraints,
        entry: usize,
        field: ImageField,
    ) -> bool {
        let list = Field::Image { entry, field: ImageField::PixelFormatAndModifiers };
        let listed = match list.get(own) {
            Value::Formats(pairs) => pairs,
            _ => Vec::new(),
        };
        let missing = missing_offers(own, self.participants);
        let with =
            |pair: FormatPair| Value::Formats(listed.iter().copied().chain([pair]).collect());
        let longer: Vec<_> = missing.iter().map(|(pair, _)| with(*pair)).collect();
        self.try_one_of(participant, list, longer)
            || missing.iter().any(|(pair, image)| self.try_offer(participant, *pair, image))
            || self.try_one_of(participant, list, shorter_lists(&list.get(own)))
            || self.name_half(participant, entry, field)
    }

    /// In place of a wildcard, or of a format that does not go with the other half.
    fn name_half(&mut self, participant: usize, entry: usize, field: ImageField) -> bool {
        let place = Field::Image { entry, field };
        match field {
            ImageField::PixelFormat => {
                let usual = [PixelFormat::R8G8B8A8, PixelFormat::NV12].map(Value::PixelFormat);
                self.try_one_of(participant, place, usual)
            }
            ImageField::PixelFormatModifier => {
                let linear = Value::Modifier(PixelFormatModifier::LINEAR);
                self.try_one_of(participant, place, [linear, Value::Unset])
            }
            _ => false,
        }
    }

    /// For an entry that does not say what it is about (2.5).
    fn name_format(
        &mut self,
        participant: usize,
        own: &BufferCollectionConstraints,
        entry: usize,
    ) -> bool {
        let place = |field| Field::Image { entry, field };
        let named = missing_offers(own, self.participants);
        let formats: Vec<_> =
            named.iter().map(|(pair, _)| Value::PixelFormat(pair.pixel_format)).collect();
        self.try_one_of(participant, place(ImageField::PixelFormatModifier), [Value::Unset])
            || self.try_one_of(participant, place(ImageField::PixelFormat), formats)
            || self.name_half(participant, entry, ImageField::PixelFormat)
    }

    /// A coherency domain that was not said to be supported.
    fn open_domains(&mut self, participant: usize) -> bool {
        use MemoryField as M;
        let domains = [M::InaccessibleDomain, M::RamDomain, M::CpuDomain];
        domains
            .into_iter()
            .any(|domain| self.try_one_of(participant, Field::Memory(domain), [Value::Flag(true)]))
    }

    /// An entry of its own, like that of somebody else.
    fn try_offer(
        &mut self,
        participant: usize,
        pair: FormatPair,
        like: &ImageFormatConstraints,
    ) -> bool {
        let image = ImageFormatConstraints {
            pixel_format: Some(pair.pixel_format),
            pixel_format_modifier: Some(pair.modifier),
            color_spaces: like.color_spaces.clone(),
            ..ImageFormatConstraints::default()
        };
        let repair = Repair { participant, change: Change::Offer(Box::new(image)) };
        self.try_repair(repair)
    }

    /// Suggests the first of these values that works.
    fn try_one_of(
        &mut self,
        participant: usize,
        field: Field,
        values: impl IntoIterator<Item = Value>,
    ) -> bool {
        values.into_iter().any(|to| self.suggest_set(participant, field, to))
    }

    fn suggest_set(&mut self, participant: usize, field: Field, to: Value) -> bool {
        let Some(table) = self.participants.get(participant) else { return false };
        let from = field.get(table);
        let repair = Repair { participant, change: Change::Set { field, from, to } };
        self.try_repair(repair)
    }

    fn try_repair(&mut self, repair: Repair) -> bool {
        if self.is_done() || self.repairs.contains(&repair) || !self.agrees(&repair) {
            return false;
        }
        self.repairs.push(repair);
        true
    }

    fn works(&mut self, participant: usize, field: Field, to: &Value) -> bool {
        let change = Change::Set { field, from: Value::Unset, to: to.clone() };
        self.agrees(&Repair { participant, change })
    }

    /// Whether everybody agrees after the change; false as well if there is no trial left.
    fn agrees(&mut self, repair: &Repair) -> bool {
        let Some(own) = self.participants.get(repair.participant) else { return false };
        let mut changed = (*own).clone();
        repair.apply(&mut changed);
        if changed == **own {
            return false;
        }
        let tables = self.participants.iter().enumerate();
        let tables: Vec<_> = tables
            .map(|(index, table)| if index == repair.participant { &changed } else { *table })
            .collect();
        matches!(self.trials.negotiate(&tables), Some(Ok(_)))
    }

    fn is_done(&self) -> bool {
        self.repairs.len() >= Finding::MAX_REPAIRS
    }
}

impl ImageField {
    fn is_format(self) -> bool {
        matches!(
            self,
            Self::PixelFormat | Self::PixelFormatModifier | Self::PixelFormatAndModifiers
        )
    }
}

impl Field {
    /// Usage decides which coherency domains are supported.
    fn is_about_memory(self) -> bool {
        matches!(self, Self::Usage | Self::Memory(_))
    }
}

/// A list without one of its entries each; at last without any.
fn shorter_lists(value: &Value) -> Vec<Value> {
    match value {
        Value::Sizes(list) => shorter(list).map(Value::Sizes).chain([Value::Unset]).collect(),
        Value::Formats(list) => shorter(list).map(Value::Formats).chain([Value::Unset]).collect(),
        _ => Vec::new(),
    }
}

fn shorter<T: Copy>(list: &[T]) -> impl Iterator<Item = Vec<T>> {
    let without = |left_out| {
        let left = list.iter().enumerate().filter(move |(index, _)| *index != left_out);
        left.map(|(_, item)| *item).collect()
    };
    (0..list.len()).filter(|_| list.len() > 1).map(without)
}
