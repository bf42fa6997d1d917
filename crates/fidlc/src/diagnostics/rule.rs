//! The rules of the language, each under the number by which people look it up.
//!
//! Of section 12 these are left out: 80 (no text is known whose hash is zero), 127 (no attribute
//! has a required argument with a name), and what only experiments reach: 179, 191, 192, 197 to
//! 199, 221, 223.
//!
//! 136 to 140 and 190 are the retired checks of simple layout (section 13), which are made here.
//! Which number was which check the page does not say; the assignment is from memory (unverified).

macro_rules! rules {
    ($($number:literal $name:ident: $summary:literal,)*) => {
        /// A rule of `fidl-language.md` section 12, or one of this compiler's own limits.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $(#[doc = $summary] $name,)*
        }

        impl Rule {
            /// Every rule that this compiler checks, by ascending number.
            pub const ALL: &[Rule] = &[$(Rule::$name,)*];

            /// The number of section 12; 0 for this compiler's own limit.
            pub fn number(self) -> u16 {
                match self {
                    $(Rule::$name => $number,)*
                }
            }
        }
    };
}

rules! {
    0 NestingTooDeep: "declarations or types are nested deeper than this compiler follows",
    1 InvalidCharacter: "a character cannot start any token",
    2 StringAcrossLines: "a string literal spans lines",
    3 UnknownEscape: "unknown backslash escape",
    4 BadHexDigit: "non-hex digit in an escape",
    6 UnknownDeclaration: "a declaration starts with something unknown",
    7 UnexpectedToken: "unexpected token",
    8 UnexpectedTokenKind: "a token of another kind was expected",
    9 UnexpectedKeyword: "a keyword was expected",
    10 MalformedIdentifier: "malformed identifier",
    11 MalformedLibraryName: "malformed library name component",
    12 UnknownLayout: "inline layout keyword is not bits, enum, struct, table or union",
    13 BadSubtypeSyntax: "enum or bits subtype is not a plain name",
    14 EmptyAttributeParentheses: "empty parentheses after an attribute",
    15 UnnamedAttributeArguments: "several attribute arguments, not all named",
    16 MissingOrdinal: "table or union member without ordinal",
    17 OrdinalOutOfRange: "ordinal does not fit 32 bits",
    18 OrdinalZero: "ordinal 0",
    19 StrictWithoutMembers: "strict enum, bits or union without members",
    20 UnknownProtocolMember: "unrecognisable protocol member",
    22 AttributeOnTypeReference: "attribute placed on a type reference instead of a layout",
    23 AttributeOnNamedLayout: "attribute on the layout of a named type declaration",
    24 DocCommentOnParameters: "doc comment on a parameter list",
    25 LateUsing: "using after a declaration",
    26 CommentInDocComment: "comment inside a doc comment",
    27 BlankLineInDocComment: "blank line inside a doc comment",
    28 DanglingDocComment: "nothing after a doc comment",
    29 ResourceWithoutProperties: "resource definition without properties",
    30 InapplicableModifier: "modifier not applicable to this kind",
    31 InapplicableSubtype: "subtype on something other than enum or bits",
    32 RepeatedModifier: "repeated modifier",
    33 ContradictoryModifiers: "contradictory modifiers",
    34 SameName: "same name",
    35 SameCanonicalName: "same canonical name",
    36 SameNameOverlap: "same name with partly overlapping versions",
    37 SameCanonicalNameOverlap: "same canonical name with partly overlapping versions",
    38 NamedLikeImport: "declaration named like an import",
    39 NamedCanonicallyLikeImport: "declaration named canonically like an import",
    40 LibraryNameMismatch: "files of one library disagree on its name",
    41 DuplicateLibrary: "two libraries share a name",
    42 DuplicateImport: "duplicate import",
    43 ImportNameClash: "import name clash",
    44 ImportAliasClash: "import alias clash",
    45 AttributeOnUsing: "attribute or doc comment on using",
    46 UnknownLibrary: "imported library not supplied",
    48 OptionalTableMember: "optional table member",
    49 OptionalUnionMember: "optional union member",
    50 StructDefault: "struct member default",
    51 UnknownLibraryPrefix: "qualified name whose library prefix is not imported",
    52 NameNotFound: "name not found",
    53 NoMembers: "member access on something without members",
    54 NoSuchMember: "no such member",
    55 DeprecatedReference: "reference to a deprecated element",
    56 DeprecatedReferenceAcross: "reference to a deprecated element of another platform",
    57 IncludeCycle: "include cycle",
    58 GeneratedNameReference: "reference to a generated layout name",
    59 BadConstantType: "constant of a disallowed type",
    60 UnresolvedConstant: "constant value does not resolve",
    61 BadOrOperand: "`|` on non-integral operands",
    62 NewType: "new type without the experiment",
    63 TypeAsValue: "type used as value",
    64 MismatchedEnumValue: "constant of one enum or bits given a value of another",
    65 NotConvertible: "value not convertible to the target type",
    66 NumberOutOfRange: "number out of range",
    67 BitsNotPowerOfTwo: "bits member not a power of two",
    68 ReservedUnknownValue: "flexible enum member takes the reserved unknown value",
    69 BadBitsSubtype: "bad underlying type of bits",
    70 BadEnumSubtype: "bad underlying type of enum",
    71 UnknownOnStrict: "`@unknown` on a strict enum",
    72 UnknownTwice: "`@unknown` on two members",
    73 ComposeNonProtocol: "composing a non-protocol",
    74 BadPayloadKind: "payload is a declaration of the wrong kind",
    75 BadPayloadType: "payload is a type of the wrong kind",
    77 EmptyPayloadStruct: "payload is an empty struct",
    81 DuplicateMethodOrdinal: "duplicate method ordinal",
    82 BadSelector: "bad selector text",
    83 SelectorRequired: "`fuchsia.io` method without explicit selector",
    84 PayloadDefault: "default value inside a payload struct",
    88 OptionalServiceMember: "optional service member",
    91 BadDefaultType: "default value on a member type that cannot have one",
    92 TableOrdinalTooLarge: "table ordinal over 64",
    93 LastOrdinalNotTable: "ordinal 64 not a table",
    94 DuplicateTableOrdinal: "duplicate table ordinal",
    97 DuplicateUnionOrdinal: "duplicate union ordinal",
    101 UnresolvedBound: "unresolved size bound",
    102 UnresolvedMember: "unresolved member value",
    103 UnresolvedDefault: "unresolved default",
    104 UnresolvedArgument: "unresolved attribute argument",
    107 DuplicateMemberValue: "duplicate enum or bits value",
    110 ResourceInValue: "value layout contains a resource",
    111 InlineSizeTooLarge: "inline size too large",
    112 ServiceMemberNotClientEnd: "service member not a client end",
    113 MixedTransports: "mixed transports",
    114 ComposedMoreOpen: "composed protocol more open",
    115 FlexibleTwoWayNotOpen: "flexible two-way outside open",
    116 FlexibleInClosed: "flexible one-way or event in closed",
    117 HandleTransport: "handle over an incompatible transport",
    118 EndpointTransport: "endpoint over an incompatible transport",
    120 AttributePlacement: "attribute in a disallowed place",
    121 DeprecatedAttribute: "deprecated attribute",
    122 DuplicateAttribute: "duplicate attribute",
    123 DuplicateCanonicalAttribute: "duplicate attribute, canonically",
    124 NumericUserArgument: "numeric argument of a user attribute",
    125 SoleArgumentNamed: "sole argument named",
    126 ArgumentNotNamed: "one of several arguments unnamed",
    128 MissingArgument: "missing unnamed required argument",
    129 UnknownArgument: "unknown argument of an official attribute",
    130 DuplicateArgument: "duplicate argument",
    131 DuplicateCanonicalArgument: "duplicate argument, canonically",
    132 ArgumentsNotAllowed: "arguments not allowed",
    133 ArgumentNotLiteral: "argument must be a literal",
    135 BadDiscoverableName: "malformed discoverable name",
    136 TableNotSimple: "table in a simple layout",
    137 UnionNotSimple: "union in a simple layout",
    138 ElementNotSimple: "element of a simple layout that is not simple itself",
    139 TooManyBytes: "message of a simple layout longer than a channel carries",
    140 TooManyHandles: "message of a simple layout with more handles than a channel carries",
    141 BadErrorType: "bad error type",
    142 UnknownTransport: "unknown transport",
    145 AttributeTypo: "attribute looks like a typo",
    146 BadGeneratedName: "malformed generated name",
    147 EmptyAvailable: "`@available` without arguments",
    148 NoteWithoutDeprecation: "note needs deprecated, removed or replaced",
    149 PlatformNotOnLibrary: "platform is only for libraries",
    150 LibraryWithoutAdded: "`@available` of a library needs added",
    151 LibraryNotVersioned: "`@available` needs one on its library",
    152 BadPlatform: "malformed platform name",
    153 BadVersion: "malformed version",
    154 AvailabilityOrder: "versions of `@available` out of order",
    155 AvailabilityOutsideParent: "availability conflicts with the enclosing element",
    156 CannotBeOptional: "this type cannot be optional",
    157 EndpointNotProtocol: "endpoint constraint not a protocol",
    158 BoundTwice: "bound given twice",
    159 OptionalStruct: "optional struct instead of box",
    160 OptionalTwice: "optional twice",
    161 EmptyArray: "zero-sized array",
    162 ParameterCount: "parameter count",
    163 TwoConstraintLists: "two constraint lists",
    164 TooManyConstraints: "too many constraints",
    165 ValueAsType: "value used as type",
    166 BadConstraint: "constraint does not resolve",
    167 ConstraintTwice: "constraint repeated",
    168 EndpointWithoutProtocol: "endpoint without protocol",
    169 OptionalBox: "optional box",
    171 BoxOfOptionable: "box of something that should be optional",
    172 ResourceBase: "resource definition not derived from uint32",
    173 ResourceWithoutSubtype: "resource definition without subtype",
    175 ResourceSubtypeKind: "resource subtype is not an enum",
    177 ResourceRightsKind: "resource rights are not bits",
    178 UnusedImport: "unused import",
    180 ExperimentalType: "gated C-like type without its flag",
    181 ReferenceInLibraryAttribute: "constant reference in a library attribute",
    184 ControlCharacter: "raw control character in a string",
    185 EscapeWithoutBraces: "`\\u` escape without braces",
    186 EscapeUnterminated: "`\\u` escape unterminated",
    187 EscapeEmpty: "`\\u` escape empty",
    188 EscapeTooLong: "`\\u` escape over 6 digits",
    189 EscapeTooLarge: "`\\u` escape over 10FFFF",
    190 SimpleNotClosed: "protocol of simple layout that is not closed",
    193 BoxOfUnboxable: "box of something unboxable",
    201 NoVersionSelected: "no version selected for a platform",
    203 RemovedAndReplaced: "removed and replaced together",
    204 LibraryReplaced: "a library cannot be replaced",
    205 RemovedWithSuccessor: "removed element has a successor",
    206 ReplacedWithoutSuccessor: "replaced element has no successor",
    207 SizeOverflow: "size computation overflows",
    208 ReservedPlatform: "reserved platform name",
    209 ReservedMember: "`reserved` member",
    210 BadLocation: "bad client or server location in `@discoverable`",
    211 RenamedNotMember: "renamed is only for members",
    212 RenamedWithoutEnd: "renamed needs removed or replaced",
    213 RenamedToSame: "renamed to the same name",
    214 RemovedRenamedSuccessor: "removed element has a successor of the new name",
    215 ReplacedRenamedMissing: "replaced element has no successor of the new name",
    216 RemovedAbiReused: "removed element has a successor with its ABI identity",
    217 ReplacedAbiMissing: "replaced element has no successor with its ABI identity",
    218 ModifierArgument: "modifier availability takes only added and removed",
    219 TwoWayStrictnessChange: "strictness of a two-way method without error changes",
    220 NameInOtherVersions: "name exists but not in these versions",
    222 NoResourceFlag: "`@no_resource` without its flag",
}

impl Rule {
    /// Rules that only warn.
    pub fn is_warning(self) -> bool {
        matches!(
            self,
            Rule::CommentInDocComment
                | Rule::BlankLineInDocComment
                | Rule::DanglingDocComment
                | Rule::AttributeTypo
        )
    }

    /// What the message shows in brackets: `fi-0034`.
    pub fn code(self) -> String {
        match self.number() {
            0 => "nesting-limit".to_owned(),
            number => format!("fi-{number:04}"),
        }
    }
}
