//! Protocols and services.

use serde_json::{Value, json};

use super::elements::{element, extend};
use super::{Writer, identifier};
use crate::ir::{
    Method, MethodKind, Name, Openness, Protocol, Response, Service, Strictness, Target, Type,
    TypeKind,
};

impl Writer<'_> {
    pub fn protocol(&self, name: &Name, protocol: &Protocol) -> Value {
        let openness = match protocol.openness {
            Openness::Open => "open",
            Openness::Ajar => "ajar",
            Openness::Closed => "closed",
        };
        let composed: Vec<_> =
            protocol.composes.iter().map(|name| json!({ "name": identifier(name) })).collect();
        let methods: Vec<_> =
            protocol.methods.iter().map(|method| self.method(name, method)).collect();
        json!({ "openness": openness, "composed_protocols": composed, "methods": methods })
    }

    pub fn service(&self, service: &Service) -> Value {
        let members: Vec<_> = service
            .members
            .iter()
            .map(|(name, protocol)| json!({ "name": name, "type": self.client_end(protocol) }))
            .collect();
        json!({ "members": members })
    }

    /// Events are responses without request.
    fn method(&self, protocol: &Name, method: &Method) -> Value {
        let (request, response) = match &method.kind {
            MethodKind::OneWay { request } => (Some(request.as_ref()), None),
            MethodKind::TwoWay { request, response } => {
                (Some(request.as_ref()), Some(self.response_body(response)))
            }
            MethodKind::Event { payload } => (None, Some(payload.as_ref().map(|ty| self.ty(ty)))),
        };
        let mut object = json!({
            "ordinal": method.ordinal,
            "strict": method.strictness == Strictness::Strict,
            "is_composed": method.declared_in != *protocol,
            "has_request": request.is_some(),
            "has_response": response.is_some(),
            "has_error": false,
        });
        if let Some(payload) = request.flatten() {
            object["maybe_request_payload"] = self.ty(payload);
        }
        if let Some(payload) = response.flatten() {
            object["maybe_response_payload"] = payload;
        }
        if let MethodKind::TwoWay { response, .. } = &method.kind
            && let Some(result) = &response.result_union
        {
            object["has_error"] = json!(response.error.is_some());
            let success = response.success.as_ref().map(|ty| self.ty(ty));
            if let Some(success) = success.or_else(|| self.empty_success(result)) {
                object["maybe_response_success_type"] = success;
            }
            if let Some(error) = &response.error {
                object["maybe_response_err_type"] = self.ty(error);
            }
        }
        extend(element(&method.name, &method.attributes, &method.location), object)
    }

    /// The body of a reply: the result union if there is one, else what the author wrote.
    fn response_body(&self, response: &Response) -> Option<Value> {
        match &response.result_union {
            Some(result) => self.union_type(result).map(|ty| self.ty(&ty)),
            None => response.success.as_ref().map(|ty| self.ty(ty)),
        }
    }

    /// A mention of a declared union.
    fn union_type(&self, name: &Name) -> Option<Type> {
        use crate::ir::DeclarationKind::Union;
        match self.declarations.get(name).map(|declaration| &declaration.kind) {
            Some(Union(layout)) => Some(Type {
                kind: TypeKind::Identifier {
                    name: name.clone(),
                    target: Target::Union,
                    optional: false,
                },
                shape: layout.shape,
                resource: layout.resource,
            }),
            _ => None,
        }
    }

    /// The empty struct that stands for `()` inside a result union: its first member.
    fn empty_success(&self, result: &Name) -> Option<Value> {
        use crate::ir::DeclarationKind::Union;
        match self.declarations.get(result).map(|declaration| &declaration.kind) {
            Some(Union(layout)) => layout.members.first().map(|member| self.ty(&member.ty)),
            _ => None,
        }
    }
}
