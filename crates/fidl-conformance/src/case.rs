//! One case: what it asks for, and whether the generated code does it.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use fidl::{
    Codec, DecodeError, EncodeError, Encoder, ObjectType, Rights, decode_body, encode_body,
};
use serde_json::Value;

use crate::handle::{TestHandle, TestHandles};
use crate::value::{
    Context, FromCase, Unbuildable, bytes_from_hex, object_type_named, rights_named,
};

/// A case of a suite.
#[derive(Debug)]
pub struct Case {
    name: String,
    kind: Kind,
    type_name: String,
    profile: String,
    value: Value,
    bytes: Vec<u8>,
    handles: TestHandles,
    handle_table: Vec<u64>,
    dispositions: Option<Vec<(u64, ObjectType, Rights)>>,
    errors: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Success,
    EncodeSuccess,
    DecodeSuccess,
    EncodeFailure,
    DecodeFailure,
}

/// How a case went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    Passed,
    /// It asks for something that this implementation cannot be asked for, and why.
    NotApplicable(String),
    /// It does not hold, and how.
    Failed(String),
}

/// A generated type, by what a case does with it.
pub trait Type {
    /// Runs a case in all directions that it asks for.
    fn run(&self, case: &Case) -> Verdict;

    /// Decodes arbitrary bytes with so many handles; what decodes has to encode to bytes that decode
    /// to the same value. Says whether it decoded.
    ///
    /// # Errors
    ///
    /// How the second value differs.
    fn survive(&self, body: &[u8], handles: usize) -> Result<bool, String>;
}

/// Runs cases against the generated type `T`.
#[derive(Debug)]
pub struct Runner<T>(pub PhantomData<T>);

impl Case {
    /// Reads a case.
    ///
    /// # Errors
    ///
    /// What is missing or wrong.
    pub fn parse(case: &Value) -> Result<Self, String> {
        let text = |key: &str| case.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let name = text("name");
        let kind = match text("kind").as_str() {
            "success" => Kind::Success,
            "encode_success" => Kind::EncodeSuccess,
            "decode_success" => Kind::DecodeSuccess,
            "encode_failure" => Kind::EncodeFailure,
            "decode_failure" => Kind::DecodeFailure,
            other => return Err(format!("{name}: kind {other:?}")),
        };
        let list = |key: &str| case.get(key).and_then(Value::as_array).cloned();
        let mut handles = TestHandles::default();
        for definition in list("handle_defs").unwrap_or_default() {
            let (id, object_type, rights) = typed_handle(&definition, "id")
                .ok_or_else(|| format!("{name}: handle definition {definition}"))?;
            handles.define(id, object_type, rights);
        }
        let dispositions = list("handle_dispositions")
            .map(|entries| entries.iter().map(|entry| typed_handle(entry, "handle")).collect())
            .map(|entries: Option<Vec<_>>| {
                entries.ok_or_else(|| format!("{name}: handle dispositions"))
            })
            .transpose()?;
        let mut errors: Vec<String> = text("error").split_whitespace().map(String::from).collect();
        errors.extend(
            list("error_also").iter().flatten().filter_map(Value::as_str).map(String::from),
        );
        Ok(Self {
            kind,
            type_name: text("type"),
            profile: text("profile"),
            value: case.get("value").cloned().unwrap_or_default(),
            bytes: bytes_from_hex(&text("bytes_hex"))
                .ok_or_else(|| format!("{name}: bytes_hex"))?,
            handles,
            handle_table: list("handles")
                .unwrap_or_default()
                .iter()
                .filter_map(Value::as_u64)
                .collect(),
            dispositions,
            errors,
            name,
        })
    }

    /// The type that is the whole message body.
    pub fn type_name(&self) -> &str {
        &self.type_name
    }

    /// The encoded body.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many handles arrive with the body.
    pub fn handle_count(&self) -> usize {
        self.handle_table.len()
    }

    /// What the case does, for messages: unique in its file.
    pub fn title(&self) -> String {
        format!("{}/{:?}", self.name, self.kind)
    }

    /// Why the case is not for implementations that drop what they do not know, if it is not.
    pub fn foreign_profile(&self) -> Option<&'static str> {
        match self.profile.as_str() {
            "any" | "drops_unknown" => None,
            "stores_unknown" => Some("unknown content is dropped, not kept"),
            "unset_union_expressible" => Some("a union always has a variant"),
            _ => Some("made for another kind of language"),
        }
    }

    fn context(&self) -> Context<'_> {
        Context { handles: &self.handles }
    }

    fn value<T: FromCase>(&self) -> Result<T, Unbuildable> {
        T::from_case(&self.value, &self.context())
    }

    fn received_handles(&self) -> Result<Vec<TestHandle>, String> {
        let take = |id: &u64| self.handles.take(*id, None);
        let handles: Option<Vec<_>> = self.handle_table.iter().map(take).collect();
        handles.ok_or_else(|| String::from("the handle table names an undeclared handle"))
    }
}

impl<T> Type for Runner<T>
where
    T: FromCase + Codec<TestHandle, Value = T> + PartialEq + fmt::Debug,
{
    fn run(&self, case: &Case) -> Verdict {
        let result = match case.kind {
            Kind::Success => self.encode(case).and_then(|()| self.decode(case)),
            Kind::EncodeSuccess => self.encode(case),
            Kind::DecodeSuccess => self.decode(case),
            Kind::EncodeFailure => self.fail_to_encode(case),
            Kind::DecodeFailure => self.fail_to_decode(case),
        };
        match result {
            Ok(()) => Verdict::Passed,
            Err(verdict) => verdict,
        }
    }

    fn survive(&self, body: &[u8], handles: usize) -> Result<bool, String> {
        let all = TestHandles::default();
        let mut received = Vec::new();
        for id in (0..).take(handles) {
            received.extend(all.take(id, Some((ObjectType(5), Rights(0xd003)))));
        }
        let Ok(value) = decode_body::<T, TestHandle>(body, &mut received) else {
            return Ok(false);
        };
        let before = format!("{value:?}");
        let mut encoder = Encoder::new();
        match encode_body::<T, TestHandle>(value, &mut encoder) {
            Ok(()) => {}
            // The one thing that decodes and cannot be sent on.
            Err(EncodeError::FlexibleUnionUnknownField) => return Ok(true),
            Err(error) => return Err(format!("{before} decodes, but does not encode: {error}")),
        }
        let bytes = encoder.bytes().to_vec();
        let mut handles: Vec<_> = encoder.take_handles().map(|d| d.handle).collect();
        let again = decode_body::<T, TestHandle>(&bytes, &mut handles)
            .map_err(|error| format!("{before} does not come back: {error}"))?;
        // By text, since a NaN differs from itself.
        let after = format!("{again:?}");
        if after != before {
            return Err(format!("{before} comes back as {after}"));
        }
        Ok(true)
    }
}

impl<T> Runner<T>
where
    T: FromCase + Codec<TestHandle, Value = T> + PartialEq + fmt::Debug,
{
    fn encode(&self, case: &Case) -> Result<(), Verdict> {
        let value = build::<T>(case)?;
        let mut encoder = Encoder::new();
        encode_body::<T, TestHandle>(value, &mut encoder)
            .map_err(|error| failed(format!("encoding fails: {error}")))?;
        check_equal("bytes", &hex(&case.bytes), &hex(encoder.bytes()))?;
        let sent: Vec<_> =
            encoder.handles().iter().map(|d| (d.handle.id(), d.object_type, d.rights)).collect();
        match &case.dispositions {
            Some(expected) => check_equal("handle dispositions", expected, &sent)?,
            None => {
                let sent: Vec<_> = sent.iter().map(|(id, ..)| *id).collect();
                check_equal("handles", &case.handle_table, &sent)?;
            }
        }
        drop(encoder);
        case.handles.reset();
        Ok(())
    }

    fn decode(&self, case: &Case) -> Result<(), Verdict> {
        let expected = build::<T>(case)?;
        let mut handles = case.received_handles().map_err(failed)?;
        let decoded = decode_body::<T, TestHandle>(&case.bytes, &mut handles)
            .map_err(|error| failed(format!("decoding fails: {error}")))?;
        let closed: BTreeMap<_, _> =
            case.handle_table.iter().map(|id| (*id, case.handles.times_closed(*id))).collect();
        let equal = decoded == expected;
        if !equal {
            return Err(failed(format!("decodes to {decoded:?}, not {expected:?}")));
        }
        drop(decoded);
        for (id, times) in closed {
            // What is in the value is open until the value goes; what was dropped is closed once.
            let in_value = case.handles.times_closed(id) - times;
            check_equal("closes and owners of a handle", &1, &(times + in_value))?;
        }
        drop(expected);
        case.handles.reset();
        Ok(())
    }

    fn fail_to_encode(&self, case: &Case) -> Result<(), Verdict> {
        let value = build::<T>(case)?;
        let mut encoder = Encoder::new();
        let Err(error) = encode_body::<T, TestHandle>(value, &mut encoder) else {
            return Err(failed(String::from("encodes, but should not")));
        };
        encoder.clear();
        check_named(case, encode_error_name(error))?;
        all_closed_once(case, case.handles.ids())
    }

    fn fail_to_decode(&self, case: &Case) -> Result<(), Verdict> {
        let mut handles = case.received_handles().map_err(failed)?;
        let Err(error) = decode_body::<T, TestHandle>(&case.bytes, &mut handles) else {
            return Err(failed(String::from("decodes, but should not")));
        };
        check_named(case, decode_error_name(error))?;
        all_closed_once(case, case.handle_table.iter().copied())
    }
}

/// Builds the value of a case, by decoding where the case says so.
fn build<T: FromCase>(case: &Case) -> Result<T, Verdict> {
    case.value::<T>().map_err(|why| match why {
        Unbuildable::Malformed(_) | Unbuildable::Decode(_) => failed(why.to_string()),
        _ => Verdict::NotApplicable(why.to_string()),
    })
}

/// Makes the value that decoding yields, for values that are spelled as `@decode`.
///
/// # Errors
///
/// What is wrong with the case, or the fault of decoding.
pub fn decode_value<T: Codec<TestHandle, Value = T>>(
    value: &Value,
    context: &Context<'_>,
) -> Option<Result<T, Unbuildable>> {
    let source = value.get("@decode")?;
    let malformed = || Unbuildable::Malformed(source.to_string());
    let bytes = source.get("bytes_hex").and_then(Value::as_str).and_then(bytes_from_hex);
    let ids = source.get("handles").and_then(Value::as_array).cloned().unwrap_or_default();
    let handles: Option<Vec<_>> =
        ids.iter().map(|id| context.handles.take(id.as_u64()?, None)).collect();
    let (Some(bytes), Some(mut handles)) = (bytes, handles) else { return Some(Err(malformed())) };
    Some(decode_body::<T, TestHandle>(&bytes, &mut handles).map_err(Unbuildable::Decode))
}

fn all_closed_once(case: &Case, ids: impl Iterator<Item = u64>) -> Result<(), Verdict> {
    for id in ids {
        check_equal(&format!("closes of handle {id}"), &1, &case.handles.times_closed(id))?;
    }
    Ok(())
}

fn check_named(case: &Case, name: &str) -> Result<(), Verdict> {
    if case.errors.iter().any(|expected| expected == name) {
        return Ok(());
    }
    Err(failed(format!("fails with {name}, not with {}", case.errors.join(" or "))))
}

fn check_equal<T: PartialEq + fmt::Debug>(
    what: &str,
    expected: &T,
    found: &T,
) -> Result<(), Verdict> {
    if expected == found {
        return Ok(());
    }
    Err(failed(format!("{what}: {found:?}, not {expected:?}")))
}

fn failed(why: String) -> Verdict {
    Verdict::Failed(why)
}

fn typed_handle(entry: &Value, id_key: &str) -> Option<(u64, ObjectType, Rights)> {
    Some((
        entry.get(id_key)?.as_u64()?,
        object_type_named(entry.get("type")?.as_str()?)?,
        rights_named(entry.get("rights")?.as_str()?)?,
    ))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The name that the cases give to a decode error: the variant's, in capitals.
fn decode_error_name(error: DecodeError) -> &'static str {
    match error {
        DecodeError::TooFewBytesInPrimaryObject => "TOO_FEW_BYTES_IN_PRIMARY_OBJECT",
        DecodeError::TooFewBytes => "TOO_FEW_BYTES",
        DecodeError::TooManyBytesInMessage => "TOO_MANY_BYTES_IN_MESSAGE",
        DecodeError::TooFewHandles => "TOO_FEW_HANDLES",
        DecodeError::TooManyHandlesInMessage => "TOO_MANY_HANDLES_IN_MESSAGE",
        DecodeError::ExceededMaxOutOfLineDepth => "EXCEEDED_MAX_OUT_OF_LINE_DEPTH",
        DecodeError::InvalidPaddingByte => "INVALID_PADDING_BYTE",
        DecodeError::InvalidBoolean => "INVALID_BOOLEAN",
        DecodeError::InvalidEmptyStruct => "INVALID_EMPTY_STRUCT",
        DecodeError::StrictEnumUnknownValue => "STRICT_ENUM_UNKNOWN_VALUE",
        DecodeError::StrictBitsUnknownBit => "STRICT_BITS_UNKNOWN_BIT",
        DecodeError::InvalidPresenceIndicator => "INVALID_PRESENCE_INDICATOR",
        DecodeError::InvalidHandlePresenceIndicator => "INVALID_HANDLE_PRESENCE_INDICATOR",
        DecodeError::NonNullableTypeWithNullValue => "NON_NULLABLE_TYPE_WITH_NULL_VALUE",
        DecodeError::NonEmptyStringWithNullBody => "NON_EMPTY_STRING_WITH_NULL_BODY",
        DecodeError::NonEmptyVectorWithNullBody => "NON_EMPTY_VECTOR_WITH_NULL_BODY",
        DecodeError::StringCountExceeds32BitLimit => "STRING_COUNT_EXCEEDS_32_BIT_LIMIT",
        DecodeError::VectorCountExceeds32BitLimit => "VECTOR_COUNT_EXCEEDS_32_BIT_LIMIT",
        DecodeError::TableCountExceeds32BitLimit => "TABLE_COUNT_EXCEEDS_32_BIT_LIMIT",
        DecodeError::StringTooLong => "STRING_TOO_LONG",
        DecodeError::CountExceedsLimit => "COUNT_EXCEEDS_LIMIT",
        DecodeError::StringNotUtf8 => "STRING_NOT_UTF8",
        DecodeError::InvalidInlineMarkerInEnvelope => "INVALID_INLINE_MARKER_IN_ENVELOPE",
        DecodeError::InvalidInlineBitInEnvelope => "INVALID_INLINE_BIT_IN_ENVELOPE",
        DecodeError::InvalidNumBytesInEnvelope => "INVALID_NUM_BYTES_IN_ENVELOPE",
        DecodeError::InvalidNumHandlesInEnvelope => "INVALID_NUM_HANDLES_IN_ENVELOPE",
        DecodeError::EnvelopeBytesExceedMessageLength => "ENVELOPE_BYTES_EXCEED_MESSAGE_LENGTH",
        DecodeError::EnvelopeHandlesExceedMessageLength => "ENVELOPE_HANDLES_EXCEED_MESSAGE_LENGTH",
        DecodeError::UnionFieldNotSet => "UNION_FIELD_NOT_SET",
        DecodeError::StrictUnionUnknownField => "STRICT_UNION_UNKNOWN_FIELD",
        DecodeError::IncorrectHandleType => "INCORRECT_HANDLE_TYPE",
        DecodeError::MissingRequiredHandleRights => "MISSING_REQUIRED_HANDLE_RIGHTS",
        _ => "an error that the cases do not name",
    }
}

/// The name that the cases give to an encode error.
fn encode_error_name(error: EncodeError) -> &'static str {
    match error {
        EncodeError::ExceededMaxOutOfLineDepth => "EXCEEDED_MAX_OUT_OF_LINE_DEPTH",
        EncodeError::StringTooLong { .. } => "STRING_TOO_LONG",
        EncodeError::CountExceedsLimit { .. } => "COUNT_EXCEEDS_LIMIT",
        EncodeError::StrictBitsUnknownBit => "STRICT_BITS_UNKNOWN_BIT",
        EncodeError::FlexibleUnionUnknownField => "FLEXIBLE_UNION_UNKNOWN_FIELD",
        _ => "an error that the cases do not name",
    }
}
