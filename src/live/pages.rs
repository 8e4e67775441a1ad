//! The routes: the finished pages, what is asked about them, and the runs of
//! lessons that they start.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::{self, Body};
use axum::extract::{Path, Request, State};
use axum::http::header::{
    CONTENT_DISPOSITION, CONTENT_TYPE, HeaderName, IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE, RANGE,
};
use axum::http::{Method, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Map, Value, json};
use tower::ServiceExt;
use tower_http::services::ServeDir;

use super::gate::Refusal;
use super::runs::Runs;
use super::{Served, learner, sent};
use crate::shelf;

/// No page of the book comes near this size.
const PAGE_LIMIT_BYTES: usize = 64 << 20;

/// Fields that ask for a part or for a newer version of a file; a page is not
/// the file it is made of, so they would be answered wrongly.
const OF_THE_FILE: [HeaderName; 3] = [IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE, RANGE];

/// What all routes share.
#[derive(Clone)]
pub struct House {
    /// The pages and the lessons.
    pub served: Served,
    /// What a page shows when it sends something.
    pub token: Arc<str>,
    /// The runs that pages have started.
    pub runs: Arc<Runs>,
}

/// Everything that is served.
pub fn routes(house: House) -> Router {
    Router::new()
        .route("/live/build", get(build))
        .route("/live/run", post(run))
        .route("/live/input", post(input))
        .route("/live/capture/{id}", get(capture))
        .route("/live/progress", get(progress))
        .route("/live/exercise", get(exercise))
        .fallback(page)
        .with_state(house)
}

/// The number of the build on show, what is wrong with a newer one, and how far
/// the lessons are. Pages ask once a second: a stream would hold one of the six
/// connections that a browser opens to a server.
async fn build(State(house): State<House>) -> Json<Value> {
    let live = house.served.site.live().await;
    let lesson = |(name, state): (String, shelf::State)| {
        let words = match &state {
            shelf::State::Broken(words) => words.as_str(),
            _ => "",
        };
        let told = json!({ "state": state.word(), "words": words });
        (name, told)
    };
    let lessons: Map<_, _> = house
        .served
        .shelf
        .states()
        .into_iter()
        .map(lesson)
        .collect();
    Json(json!({ "build": live.build, "error": live.error, "lessons": lessons }))
}

/// Runs an experiment; its events are the answer, line by line.
async fn run(State(house): State<House>, request: Request) -> Result<Response, Refusal> {
    let asked = sent::read(request).await?;
    house.runs.start(&house.served.shelf, asked).await
}

/// Types a line into a run.
async fn input(State(house): State<House>, request: Request) -> Result<StatusCode, Refusal> {
    house.runs.type_into(sent::read(request).await?)
}

/// The packets of a run that has ended, for Wireshark.
async fn capture(State(house): State<House>, Path(id): Path<String>) -> Result<Response, Refusal> {
    let bytes = house.runs.capture(&id).ok_or(Refusal::new(
        StatusCode::NOT_FOUND,
        "The packets of this run are not here, or no longer.",
    ))?;
    let fields = [
        (CONTENT_TYPE, "application/x-pcapng"),
        (CONTENT_DISPOSITION, "attachment; filename=\"run.pcapng\""),
    ];
    Ok((fields, bytes).into_response())
}

/// What the learner has predicted and built.
async fn progress(State(house): State<House>) -> Result<Json<Value>, Refusal> {
    let root = house.served.root.clone();
    ask(move || learner::progress(&root)).await
}

/// An exercise and the judge's last verdict: `?name=udp-echo`.
async fn exercise(State(house): State<House>, request: Request) -> Result<Json<Value>, Refusal> {
    let query = request.uri().query().unwrap_or_default();
    let name = query.strip_prefix("name=").unwrap_or_default().to_owned();
    let root = house.served.root.clone();
    ask(move || learner::exercise(&root, &name)).await
}

/// Reads files where nobody else has to wait for it.
async fn ask(
    what: impl FnOnce() -> Result<Value, Refusal> + Send + 'static,
) -> Result<Json<Value>, Refusal> {
    let asked = tokio::task::spawn_blocking(what).await;
    let failed = |_| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "It cannot be read.");
    Ok(Json(asked.map_err(failed)??))
}

/// A file of the site; a page is given the number of its build.
async fn page(State(house): State<House>, mut request: Request) -> Result<Response, Infallible> {
    let site = &house.served.site;
    if let Some(name) = lesson_of(request.uri().path()) {
        house.served.shelf.wanted(name);
    }
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
        return Ok(marked(response, live.build, &house.token).await);
    }
    let page_for_missing = files.oneshot(get_request("/404.html")).await?;
    let response = marked(page_for_missing.map(Body::new), live.build, &house.token).await;
    Ok((StatusCode::NOT_FOUND, response).into_response())
}

fn get_request(path: &'static str) -> Request {
    let mut request = Request::default();
    *request.uri_mut() = axum::http::Uri::from_static(path);
    request
}

/// The lesson that a page belongs to, if it is the page of one.
fn lesson_of(path: &str) -> Option<&str> {
    path.strip_prefix('/')?.strip_suffix(".html")
}

/// A page with its build's number and this server's token in it; any other file
/// as it is.
///
/// A page that carries the number is live: it asks for newer builds. With the
/// token it may run lessons.
async fn marked(response: Response, build: u64, token: &str) -> Response {
    let kind = response.headers().get(CONTENT_TYPE);
    if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) {
        return response;
    }
    match body::to_bytes(response.into_body(), PAGE_LIMIT_BYTES).await {
        Ok(page) => Html(with_marks(&page, build, token)).into_response(),
        Err(error) => {
            let words = format!("This page cannot be read: {error}\n");
            (StatusCode::INTERNAL_SERVER_ERROR, words).into_response()
        }
    }
}

fn with_marks(page: &[u8], build: u64, token: &str) -> Vec<u8> {
    let end_of_head = b"</head>";
    let found = page
        .windows(end_of_head.len())
        .position(|at| at == end_of_head);
    let Some(at) = found else {
        return page.to_vec();
    };
    let meta = format!(
        "<meta name=\"workbook-token\" content=\"{token}\">\n\
         <meta name=\"workbook-build\" content=\"{build}\">\n"
    );
    [&page[..at], meta.as_bytes(), &page[at..]].concat()
}
