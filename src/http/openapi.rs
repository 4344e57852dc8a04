//! The public JSON routes, and their description, made from the same code.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use utoipa::OpenApi as _;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Shared, health, media_api, memory_api, messages_api};

const ABOUT: &str = "What other programs of a business can ask of Olifant. A token speaks for \
    one business: `olifant token new --scope messages`, or `memory`.";

const TOKEN: &str = "`olf_` and 64 hex digits, shown once by `olifant token new`";

const PASSWORD: &str = "the same token as password, with any user";

/// All of them, and `/openapi.json`.
pub fn router(shared: Shared) -> Router {
    let (routes, mut document) = routes().with_state(shared).split_for_parts();
    document.merge(memory_api::compat::Routes::openapi());
    // A document of strings and maps has a JSON form.
    let json = document.to_pretty_json().unwrap_or_default();
    let page = move || async move { ([(CONTENT_TYPE, "application/json")], json) };
    routes.route("/openapi.json", get(page))
}

fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::with_openapi(empty())
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(messages_api::send))
        .routes(routes!(messages_api::status))
        .routes(routes!(media_api::upload))
        .routes(routes!(memory_api::read, memory_api::write, memory_api::delete))
        .routes(routes!(memory_api::incr))
        .routes(routes!(memory_api::append))
        .routes(routes!(memory_api::list, memory_api::clear))
}

fn empty() -> OpenApi {
    let scheme = |scheme, about| {
        let scheme = HttpBuilder::new().scheme(scheme).description(Some(about)).build();
        SecurityScheme::Http(scheme)
    };
    let info = InfoBuilder::new()
        .title("Olifant")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .build();
    let components = ComponentsBuilder::new()
        .security_scheme("token", scheme(HttpAuthScheme::Bearer, TOKEN))
        .security_scheme("basic", scheme(HttpAuthScheme::Basic, PASSWORD))
        .build();
    OpenApiBuilder::new().info(info).components(Some(components)).build()
}
