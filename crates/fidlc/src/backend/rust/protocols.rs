//! Protocols: markers of the protocol and its methods, enums of requests and of events.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::docs::{doc, docs};
use super::names::{type_ident_with, type_name, variant_ident};
use super::unions::allow_large_variants;
use super::values::hex;
use super::{Generator, qualified};
use crate::ir::{
    Declaration, Method, MethodKind, Name, Openness, Protocol, Response, Strictness, Type,
};

impl Generator<'_> {
    /// Everything that is made of a protocol.
    pub fn protocol(&self, declaration: &Declaration, protocol: &Protocol) -> TokenStream {
        let marker = self.protocol_marker(declaration, protocol);
        let methods = protocol
            .methods
            .iter()
            .filter(|method| method.declared_in == declaration.name)
            .map(|method| self.method_marker(method));
        let requests = self.request_set(declaration, protocol);
        let events = self.event_set(declaration, protocol);
        let proxy = self.proxy(declaration, protocol);
        quote! {
            #marker
            #(#methods)*
            #requests
            #events
            #proxy
        }
    }

    fn protocol_marker(&self, declaration: &Declaration, protocol: &Protocol) -> TokenStream {
        let fidl = &self.runtime;
        let docs = self.docs_of(declaration);
        let marker = type_ident_with(&declaration.name.declaration, "Marker");
        let name = qualified(declaration);
        let discoverable = match &protocol.discoverable {
            Some(name) => quote!(Some(#name)),
            None => quote!(None),
        };
        let openness = match protocol.openness {
            Openness::Open => quote!(Open),
            Openness::Ajar => quote!(Ajar),
            Openness::Closed => quote!(Closed),
        };
        quote! {
            #docs
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
            pub struct #marker;

            impl #fidl::Protocol for #marker {
                const NAME: &'static str = #name;
                const DISCOVERABLE: Option<&'static str> = #discoverable;
                const OPENNESS: #fidl::Openness = #fidl::Openness::#openness;
            }
        }
    }

    /// The type that stands for a method, in the module of the protocol that declares it.
    fn method_marker(&self, method: &Method) -> TokenStream {
        let fidl = &self.runtime;
        let marker = self.method_path(method);
        let name = method_name(method);
        let summary = doc(&format!("`{name}`."));
        let ordinal = hex(method.ordinal);
        let flexible = method.strictness == Strictness::Flexible;
        let shape = match &method.kind {
            MethodKind::OneWay { request: payload } | MethodKind::Event { payload } => {
                let request = self.body_codec(payload.as_ref());
                quote! {
                    impl<H: #fidl::Handle> #fidl::OneWay<H> for #marker {
                        type Request = #request;
                    }
                }
            }
            MethodKind::TwoWay { request, response } => {
                let request = self.body_codec(request.as_ref());
                let response = self.response_codec(method, response);
                quote! {
                    impl<H: #fidl::Handle> #fidl::TwoWay<H> for #marker {
                        type Request = #request;
                        type Response = #response;
                    }
                }
            }
        };
        quote! {
            #summary
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
            pub struct #marker;

            impl #fidl::Method for #marker {
                const ORDINAL: u64 = #ordinal;
                const NAME: &'static str = #name;
                const FLEXIBLE: bool = #flexible;
            }

            #shape
        }
    }

    fn body_codec(&self, payload: Option<&Type>) -> TokenStream {
        payload.map_or_else(|| quote!(wire::NoBody), |ty| self.codec_type(ty))
    }

    fn response_codec(&self, method: &Method, response: &Response) -> TokenStream {
        let fidl = &self.runtime;
        let success = self.body_codec(response.success.as_ref());
        let error = response.error.as_ref().map(|ty| self.codec_type(ty));
        match (method.strictness, error) {
            (Strictness::Strict, None) => quote!(#fidl::response::Plain<#success>),
            (Strictness::Flexible, None) => quote!(#fidl::response::Flexible<#success>),
            (Strictness::Strict, Some(error)) => {
                quote!(#fidl::response::Fallible<#success, #error>)
            }
            (Strictness::Flexible, Some(error)) => {
                quote!(#fidl::response::FlexibleFallible<#success, #error>)
            }
        }
    }

    /// The enum of all requests that a server of the protocol gets.
    fn request_set(&self, declaration: &Declaration, protocol: &Protocol) -> TokenStream {
        let fidl = &self.runtime;
        let methods: Vec<&Method> = requests(protocol).collect();
        let set = MessageSet {
            ident: type_ident_with(&declaration.name.declaration, "Request"),
            docs: doc(&format!(
                "Requests of `{}`, as its server gets them.",
                qualified(declaration)
            )),
            generics: self.set_generics(&methods),
        };
        let variants = methods.iter().map(|method| self.request_variant(method));
        let arms = methods.iter().map(|method| {
            let marker = self.method_path(method);
            let decode = self.decode_request(method, protocol.is_simple);
            quote!(<#marker as #fidl::Method>::ORDINAL => #decode)
        });
        let names = methods.iter().map(|method| {
            let variant = variant_ident(&method.name);
            let marker = self.method_path(method);
            let is_unit = matches!(method.kind, MethodKind::OneWay { request: None });
            let fields = (!is_unit).then(|| quote!({ .. }));
            quote!(Self::#variant #fields => <#marker as #fidl::Method>::NAME)
        });
        // Matching on a reference to an enum without variants needs the place itself.
        let subject = if methods.is_empty() { quote!(*self) } else { quote!(self) };
        let decode = self.decode_function(arms.collect());
        let item = set.item(variants.collect());
        let MessageSet { ident, generics, .. } = &set;
        let marker = self.marker(&declaration.name);
        quote! {
            #item

            impl<H: #fidl::Handle> #fidl::RequestSet<H> for #ident #generics {
                type Protocol = #marker;

                #decode

                fn method_name(&self) -> &'static str {
                    match #subject {
                        #(#names,)*
                    }
                }
            }
        }
    }

    fn request_variant(&self, method: &Method) -> TokenStream {
        let fidl = &self.runtime;
        let summary = doc(&format!("`{}`.", method_name(method)));
        let variant = variant_ident(&method.name);
        let marker = self.method_path(method);
        let (payload, two_way) = match &method.kind {
            MethodKind::OneWay { request: None } => return quote!(#summary #variant),
            MethodKind::OneWay { request } => (request, false),
            MethodKind::TwoWay { request, .. } => (request, true),
            MethodKind::Event { payload } => (payload, false),
        };
        let payload = payload.as_ref().map(|ty| {
            let value = self.value_type(ty, &quote!(H));
            quote! {
                /// What the client sent.
                payload: #value,
            }
        });
        let responder = two_way.then(|| {
            quote! {
                /// For the reply.
                responder: #fidl::Responder<#marker>,
            }
        });
        quote!(#summary #variant { #payload #responder })
    }

    fn decode_request(&self, method: &Method, is_simple: bool) -> TokenStream {
        let one_way = if is_simple { quote!(one_way_with_any_txid) } else { quote!(one_way) };
        let variant = variant_ident(&method.name);
        let marker = self.method_path(method);
        match &method.kind {
            MethodKind::OneWay { request: None } | MethodKind::Event { payload: None } => quote!({
                message.#one_way::<#marker>()?;
                Self::#variant
            }),
            MethodKind::OneWay { .. } => {
                quote!(Self::#variant { payload: message.#one_way::<#marker>()? })
            }
            MethodKind::Event { .. } => quote!(Self::#variant(message.#one_way::<#marker>()?)),
            MethodKind::TwoWay { request: None, .. } => quote!({
                let ((), responder) = message.two_way::<#marker>()?;
                Self::#variant { responder }
            }),
            MethodKind::TwoWay { .. } => quote!({
                let (payload, responder) = message.two_way::<#marker>()?;
                Self::#variant { payload, responder }
            }),
        }
    }

    /// The enum of all events that a client of the protocol gets; nothing if there are none.
    fn event_set(&self, declaration: &Declaration, protocol: &Protocol) -> Option<TokenStream> {
        let fidl = &self.runtime;
        let events: Vec<&Method> = protocol
            .methods
            .iter()
            .filter(|method| matches!(method.kind, MethodKind::Event { .. }))
            .collect();
        if events.is_empty() {
            return None;
        }
        let set = MessageSet {
            ident: type_ident_with(&declaration.name.declaration, "Event"),
            docs: doc(&format!("Events of `{}`, as its client gets them.", qualified(declaration))),
            generics: self.set_generics(&events),
        };
        let variants = events.iter().map(|event| {
            let docs = docs(&event.attributes, &format!("`{}`.", method_name(event)));
            let variant = variant_ident(&event.name);
            let payload = payload(event).map(|ty| {
                let value = self.value_type(ty, &quote!(H));
                quote!((#value))
            });
            quote!(#docs #variant #payload)
        });
        let arms = events.iter().map(|event| {
            let marker = self.method_path(event);
            let decode = self.decode_request(event, protocol.is_simple);
            quote!(<#marker as #fidl::Method>::ORDINAL => #decode)
        });
        let item = set.item(variants.collect());
        let decode = self.decode_function(arms.collect());
        let MessageSet { ident, generics, .. } = &set;
        let marker = self.marker(&declaration.name);
        Some(quote! {
            #item

            impl<H: #fidl::Handle> #fidl::EventSet<H> for #ident #generics {
                type Protocol = #marker;

                #decode
            }
        })
    }

    fn decode_function(&self, arms: Vec<TokenStream>) -> TokenStream {
        let fidl = &self.runtime;
        if arms.is_empty() {
            return quote! {
                fn decode(
                    _: u64,
                    _: #fidl::Incoming<'_, H>,
                ) -> Result<Option<Self>, #fidl::RequestError> {
                    Ok(None)
                }
            };
        }
        quote! {
            fn decode(
                ordinal: u64,
                message: #fidl::Incoming<'_, H>,
            ) -> Result<Option<Self>, #fidl::RequestError> {
                let decoded = match ordinal {
                    #(#arms,)*
                    _ => return Ok(None),
                };
                Ok(Some(decoded))
            }
        }
    }

    /// `<H>` if any of the messages carries handles.
    fn set_generics(&self, methods: &[&Method]) -> TokenStream {
        let has_handles = methods
            .iter()
            .filter_map(|method| payload(method))
            .any(|ty| self.facts.type_has_handles(ty));
        if has_handles { quote!(<H>) } else { TokenStream::new() }
    }

    /// The path of a method's marker; composed methods have theirs beside the protocol that
    /// declares them.
    pub fn method_path(&self, method: &Method) -> TokenStream {
        self.path(&method.declared_in, &format!("{}Method", type_name(&method.name)))
    }
}

/// An enum of messages in the making.
struct MessageSet {
    ident: Ident,
    docs: TokenStream,
    generics: TokenStream,
}

impl MessageSet {
    fn item(&self, variants: Vec<TokenStream>) -> TokenStream {
        let Self { ident, docs, generics } = self;
        let allow = allow_large_variants(variants.len());
        quote! {
            #docs
            #[derive(Debug, PartialEq)]
            #allow
            pub enum #ident #generics {
                #(#variants,)*
            }
        }
    }
}

/// Methods that clients call.
pub fn requests(protocol: &Protocol) -> impl Iterator<Item = &Method> {
    protocol.methods.iter().filter(|method| !matches!(method.kind, MethodKind::Event { .. }))
}

/// What a request or event carries.
pub fn payload(method: &Method) -> Option<&Type> {
    match &method.kind {
        MethodKind::OneWay { request: payload }
        | MethodKind::TwoWay { request: payload, .. }
        | MethodKind::Event { payload } => payload.as_ref(),
    }
}

/// The name by which people know a method: `fuchsia.sysmem2/Node.Sync`. The text that its ordinal
/// is made of can differ, where the author keeps an old one.
pub fn method_name(method: &Method) -> String {
    let Name { library, declaration } = &method.declared_in;
    format!("{library}/{declaration}.{}", method.name)
}
