//! What clients use: proxies of protocols, names of services.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::{doc, docs};
use super::names::{constant_ident, method_ident, type_ident_with};
use super::protocols::{method_name, payload, requests};
use super::{Generator, qualified};
use crate::ir::{Declaration, Method, MethodKind, Name, Protocol, Response, Service};

impl Generator<'_> {
    /// The client's side, over anything that can send.
    pub fn proxy(&self, declaration: &Declaration, protocol: &Protocol) -> TokenStream {
        let fidl = &self.runtime;
        let summary = doc(&format!("Sends requests of `{}`.", qualified(declaration)));
        let ident = type_ident_with(&declaration.name.declaration, "Proxy");
        let methods: Vec<_> = requests(protocol).map(|method| self.proxy_method(method)).collect();
        let calls = (!methods.is_empty()).then(|| {
            quote! {
                impl<C: #fidl::Caller> #ident<C> {
                    #(#methods)*
                }
            }
        });
        quote! {
            #summary
            #[derive(Clone, Debug)]
            pub struct #ident<C> {
                caller: C,
            }

            impl<C> #ident<C> {
                /// Sends by way of `caller`.
                pub const fn new(caller: C) -> Self {
                    Self { caller }
                }

                /// What requests are sent by.
                pub const fn caller(&self) -> &C {
                    &self.caller
                }

                /// Gives up what requests are sent by.
                pub fn into_caller(self) -> C {
                    self.caller
                }
            }

            #calls
        }
    }

    fn proxy_method(&self, method: &Method) -> TokenStream {
        let docs = docs(&method.attributes, &format!("`{}`.", method_name(method)));
        let ident = method_ident(&method.name);
        let marker = self.method_path(method);
        let handle = quote!(C::Handle);
        let (parameter, argument) = match payload(method) {
            Some(ty) => {
                let value = self.value_type(ty, &handle);
                (quote!(, payload: #value), quote!(payload))
            }
            None => (TokenStream::new(), quote!(())),
        };
        let (output, call) = match &method.kind {
            MethodKind::TwoWay { response, .. } => {
                let value = self.response_value(response, &handle);
                (quote!(C::Reply<#value>), quote!(call))
            }
            MethodKind::OneWay { .. } | MethodKind::Event { .. } => (quote!(C::Sent), quote!(send)),
        };
        quote! {
            #docs
            pub fn #ident(&self #parameter) -> #output {
                self.caller.#call::<#marker>(#argument)
            }
        }
    }

    fn response_value(&self, response: &Response, handle: &TokenStream) -> TokenStream {
        let success =
            response.success.as_ref().map_or_else(|| quote!(()), |ty| self.value_type(ty, handle));
        match &response.error {
            Some(error) => {
                let error = self.value_type(error, handle);
                quote!(Result<#success, #error>)
            }
            None => success,
        }
    }

    /// The names of a service and of its members.
    pub fn service(&self, declaration: &Declaration, service: &Service) -> TokenStream {
        let docs = self.docs_of(declaration);
        let Name { library, declaration: name } = &declaration.name;
        let ident = type_ident_with(name, "Service");
        let service_name = format!("{library}.{name}");
        let members = service.members.iter().map(|(member, protocol)| {
            let ident = match constant_ident(member) {
                taken if taken == "NAME" => constant_ident("NAME_"),
                free => free,
            };
            let protocol = format!("{}/{}", protocol.library, protocol.declaration);
            let summary = doc(&format!("The member that speaks `{protocol}`."));
            quote! {
                #summary
                pub const #ident: &'static str = #member;
            }
        });
        quote! {
            #docs
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
            pub struct #ident;

            impl #ident {
                /// The name of the service.
                pub const NAME: &'static str = #service_name;
                #(#members)*
            }
        }
    }
}
