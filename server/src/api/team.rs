//! Who looks at the dashboard.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use workflowai_feedback_protocol::{ErrorBody, FieldError};

use super::Scope;
use super::auth::ApiKey;
use crate::app::Shared;
use crate::base::Base;
use crate::clock::rfc3339;
use crate::error::ApiError;
use crate::id::stored_id;
use crate::json::JsonBody;
use crate::openapi::{KeyedRefusals, ReadRefusals};
use crate::segments::Segments;
use crate::storage::{self, ADMIN, VIEWER};

/// What somebody may do in the dashboard.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "for the description")]
enum Role {
    /// Everything.
    Admin,
    /// Look at votes.
    Viewer,
}

/// Body of calls that give a role.
#[derive(Deserialize, ToSchema)]
pub struct RoleRequest {
    /// What they may do.
    #[schema(value_type = Role)]
    role: String,
}

impl RoleRequest {
    fn checked(&self) -> Result<&str, FieldError> {
        let role = Some(self.role.as_str()).filter(|role| [ADMIN, VIEWER].contains(role));
        role.ok_or_else(|| FieldError::new("role", "must be admin or viewer"))
    }
}

/// Somebody of the team.
#[derive(Serialize, ToSchema)]
struct Person {
    /// Their id.
    id: String,
    /// What to call them.
    name: String,
    /// What they may do.
    #[schema(value_type = Role)]
    role: String,
}

/// The team.
#[derive(Serialize, ToSchema)]
pub struct PeopleReply {
    /// By name.
    items: Vec<Person>,
}

/// An invitation that nobody has used yet.
#[derive(Serialize, ToSchema)]
struct Invitation {
    /// Its id.
    id: String,
    /// What it makes of whoever uses it.
    #[schema(value_type = Role)]
    role: String,
    /// RFC 3339, UTC.
    expires_at: String,
}

/// Invitations.
#[derive(Serialize, ToSchema)]
pub struct InvitationsReply {
    /// Newest first.
    items: Vec<Invitation>,
}

/// An invitation just made.
#[derive(Serialize, ToSchema)]
pub struct NewInvitationReply {
    /// Leads to the page where somebody joins, once, within a week. Shown this once. It begins with
    /// `--public-url`; where that is not set, with the path alone.
    link: String,
}

/// Lists the team
///
/// Wants the scope `annotate`, as votes are assigned to them.
#[utoipa::path(
    get,
    path = "/v1/{tenant}/people",
    tag = "Dashboard",
    operation_id = "list_people",
    params(("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256)),
    security(("api_key" = [])),
    responses((status = 200, description = "All of them", body = PeopleReply), ReadRefusals)
)]
pub async fn people(
    State(app): State<Shared>,
    key: ApiKey,
    Segments(tenant): Segments<String>,
) -> Result<Json<PeopleReply>, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Annotate)?;
    let people = app.storage.people(tenant).await?;
    let items = people.into_iter().map(|person| Person {
        id: person.id,
        name: person.name,
        role: person.role,
    });
    Ok(Json(PeopleReply {
        items: items.collect(),
    }))
}

/// Changes what somebody may do
///
/// A team keeps at least one admin. Wants the scope `admin`.
#[utoipa::path(
    put,
    path = "/v1/{tenant}/people/{id}",
    tag = "Dashboard",
    operation_id = "set_role",
    params(
        ("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256),
        ("id" = String, Path, description = "Whose role"),
    ),
    security(("api_key" = [])),
    request_body = RoleRequest,
    responses((status = 204, description = "Changed"),
        (status = 404, description = "`not_found`", body = ErrorBody),
        KeyedRefusals)
)]
pub async fn set_role(
    State(app): State<Shared>,
    key: ApiKey,
    Segments((tenant, id)): Segments<(String, String)>,
    JsonBody(request): JsonBody<RoleRequest>,
) -> Result<StatusCode, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Admin)?;
    change(&app, tenant, &stored_id(&id)?, Some(request.checked()?)).await
}

/// Takes somebody out of the team
///
/// Their sessions end. A team keeps at least one admin. Wants the scope `admin`.
#[utoipa::path(
    delete,
    path = "/v1/{tenant}/people/{id}",
    tag = "Dashboard",
    operation_id = "remove_person",
    params(
        ("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256),
        ("id" = String, Path, description = "Who"),
    ),
    security(("api_key" = [])),
    responses((status = 204, description = "Removed"),
        (status = 404, description = "`not_found`", body = ErrorBody),
        ReadRefusals)
)]
pub async fn remove(
    State(app): State<Shared>,
    key: ApiKey,
    Segments((tenant, id)): Segments<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Admin)?;
    change(&app, tenant, &stored_id(&id)?, None).await
}

async fn change(
    app: &Shared,
    tenant: &str,
    id: &str,
    role: Option<&str>,
) -> Result<StatusCode, ApiError> {
    let people = app.storage.people(tenant).await?;
    if !people.iter().any(|person| person.id == id) {
        return Err(ApiError::NotFound);
    }
    if !app.storage.set_role(tenant, id, role).await? {
        let last = "stays: a team keeps at least one admin";
        return Err(FieldError::new("role", last).into());
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Lists invitations that still work
///
/// Wants the scope `admin`.
#[utoipa::path(
    get,
    path = "/v1/{tenant}/invitations",
    tag = "Dashboard",
    operation_id = "list_invitations",
    params(("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256)),
    security(("api_key" = [])),
    responses((status = 200, description = "All of them", body = InvitationsReply, links(
        ("revoke" = (operation_id = "revoke_invitation", parameters(("id" = "$response.body#/items/0/id"))))
    )), ReadRefusals)
)]
pub async fn invitations(
    State(app): State<Shared>,
    key: ApiKey,
    Segments(tenant): Segments<String>,
) -> Result<Json<InvitationsReply>, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Admin)?;
    let found = app.storage.invitations(tenant).await?;
    let items = found
        .into_iter()
        .map(|invitation: storage::Invitation| Invitation {
            id: invitation.id,
            role: invitation.role,
            expires_at: rfc3339(invitation.expires_at),
        });
    Ok(Json(InvitationsReply {
        items: items.collect(),
    }))
}

/// Invites somebody into the team
///
/// Wants the scope `admin`.
#[utoipa::path(
    post,
    path = "/v1/{tenant}/invitations",
    tag = "Dashboard",
    operation_id = "invite",
    params(("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256)),
    security(("api_key" = [])),
    request_body = RoleRequest,
    responses((status = 200, description = "Made", body = NewInvitationReply), KeyedRefusals)
)]
pub async fn invite(
    State(app): State<Shared>,
    key: ApiKey,
    Base(base): Base,
    Segments(tenant): Segments<String>,
    JsonBody(request): JsonBody<RoleRequest>,
) -> Result<Json<NewInvitationReply>, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Admin)?;
    let secret = app.storage.invite(tenant, request.checked()?).await?;
    let public = app.config.public_url.as_ref().map(ToString::to_string);
    let address = public.map_or(base, |url| url.trim_end_matches('/').to_owned());
    Ok(Json(NewInvitationReply {
        link: format!("{address}/dashboard/join#{secret}"),
    }))
}

/// Voids an invitation
///
/// Wants the scope `admin`.
#[utoipa::path(
    delete,
    path = "/v1/{tenant}/invitations/{id}",
    tag = "Dashboard",
    operation_id = "revoke_invitation",
    params(
        ("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256),
        ("id" = String, Path, description = "The invitation"),
    ),
    security(("api_key" = [])),
    responses((status = 204, description = "Voided"),
        (status = 404, description = "`not_found`", body = ErrorBody),
        ReadRefusals)
)]
pub async fn revoke_invitation(
    State(app): State<Shared>,
    key: ApiKey,
    Segments((tenant, id)): Segments<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Admin)?;
    let id = stored_id(&id)?;
    if !app.storage.revoke_invitation(tenant, &id).await? {
        return Err(ApiError::NotFound);
    }
    Ok(StatusCode::NO_CONTENT)
}
