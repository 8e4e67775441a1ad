//! The routes: the finished pages, and one place to ask for their number.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::{self, Body};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, HeaderName, IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE, RANGE};
use axum::http::{Method, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use tower::ServiceExt;
use tower_http::services::ServeDir;

use crate::site::Site;

/// No page of the book comes near this size.
const PAGE_LIMIT_BYTES: usize = 64 << 20;

/// Fields that ask for a part or for a newer version of a file; a page is not
/// the file it is made of, so they would be answered wrongly.
const OF_THE_FILE: [HeaderName; 3] = [IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE, RANGE];

/// Everything that is served.
pub fn routes(site: Arc<Site>) -> Router {
    Router::new()
        .route("/live/build", get(build))
        .fallback(page)
        .with_state(site)
}

/// The number of the build on show, and what is wrong with a newer one. Pages
/// ask once a second: a stream would hold one of the six connections that a
/// browser opens to a server.
async fn build(State(site): State<Arc<Site>>) -> Json<Value> {
    let live = site.live().await;
    Json(json!({ "build": live.build, "error": live.error }))
}

/// A file of the site; a page is given the number of its build.
async fn page(State(site): State<Arc<Site>>, mut request: Request) -> Result<Response, Infallible> {
    // While this is held, no other build takes this one's place.
    let live = site.live().await;
    // The body is needed for its length even if only the head is asked for;
    // hyper then leaves it out.
    *request.method_mut() = Method::GET;
    for field in OF_THE_FILE {
        request.headers_mut().remove(field);
    }
    let files = ServeDir::new(site.folder());
    let response = files.clone().oneshot(request).await?.map(Body::new);
    if response.status() != StatusCode::NOT_FOUND {
        return Ok(numbered(response, live.build).await);
    }
    let page_for_missing = files.oneshot(get_request("/404.html")).await?;
    let response = numbered(page_for_missing.map(Body::new), live.build).await;
    Ok((StatusCode::NOT_FOUND, response).into_response())
}

fn get_request(path: &'static str) -> Request {
    let mut request = Request::default();
    *request.uri_mut() = axum::http::Uri::from_static(path);
    request
}

/// A page with its build's number in it; any other file as it is.
///
/// A page that carries the number is live: it asks for newer builds.
async fn numbered(response: Response, build: u64) -> Response {
    let kind = response.headers().get(CONTENT_TYPE);
    if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) {
        return response;
    }
    match body::to_bytes(response.into_body(), PAGE_LIMIT_BYTES).await {
        Ok(page) => Html(with_number(&page, build)).into_response(),
        Err(error) => {
            let words = format!("This page cannot be read: {error}\n");
            (StatusCode::INTERNAL_SERVER_ERROR, words).into_response()
        }
    }
}

fn with_number(page: &[u8], build: u64) -> Vec<u8> {
    let end_of_head = b"</head>";
    let found = page
        .windows(end_of_head.len())
        .position(|at| at == end_of_head);
    let Some(at) = found else {
        return page.to_vec();
    };
    let meta = format!("<meta name=\"workbook-build\" content=\"{build}\">\n");
    [&page[..at], meta.as_bytes(), &page[at..]].concat()
}
