//! The runs of lessons that pages have asked for: who may start one, what
//! comes of it, and what is typed into it.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use hyper::body::Frame;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::time::{Instant, timeout, timeout_at};

use super::captures::Captures;
use super::gate::Refusal;
use super::lesson::{Ended, Lesson, Start, Told};
use super::token::Token;
use crate::shelf::{Shelf, State};

/// How many lessons run at once.
const RUNS: usize = 4;
/// How long a run may take.
const RUN: Duration = Duration::from_secs(60);
/// How long one may take in which a reader decides about packets.
const HELD_RUN: Duration = Duration::from_secs(300);
/// How long a lesson may take to ask its question: it takes a few milliseconds.
const OPENING: Duration = Duration::from_secs(5);
/// How long the runs may take to end when this server does.
const FAREWELL: Duration = Duration::from_millis(500);
/// How long the last line of a run may wait for its page to read.
const LAST_WORD: Duration = Duration::from_secs(1);
/// Lines on their way to a page before the lesson has to wait.
const AHEAD: usize = 64;
/// The longest line that can be typed, in bytes.
const TYPED_BYTES: usize = 200;

/// What a page asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// The lesson, such as `udp`.
    pub lesson: String,
    /// One of its experiments.
    pub experiment: String,
    /// The key of the option predicted; empty if the question was skipped.
    pub answer: String,
    /// Whether each packet waits for the reader's decision.
    pub hold: bool,
}

/// What a page types into a run.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Typed {
    /// The run, by the name that its first line gave it.
    pub id: String,
    /// The line, without its end.
    pub line: String,
}

/// The runs that go on now.
pub struct Runs {
    places: Arc<Semaphore>,
    open: Arc<Mutex<Inputs>>,
    ending: watch::Sender<bool>,
    limit: Option<Duration>,
    captures: Arc<Captures>,
}

/// Where lines can be typed, by the names of the runs.
type Inputs = HashMap<String, mpsc::Sender<String>>;

impl Runs {
    /// None yet; each may take so long, if not as long as usual.
    ///
    /// Their packets are in this folder until they have ended.
    pub fn new(limit: Option<Duration>, captures: PathBuf) -> Runs {
        Runs {
            places: Arc::new(Semaphore::new(RUNS)),
            open: Arc::default(),
            ending: watch::Sender::new(false),
            limit,
            captures: Arc::new(Captures::new(captures)),
        }
    }

    /// The packets of the run of this name, in pcapng.
    pub fn capture(&self, id: &str) -> Option<Bytes> {
        self.captures.of(id)
    }

    /// Ends all runs and waits until they are gone.
    pub async fn end(&self) {
        self.ending.send_replace(true);
        let all = u32::try_from(RUNS).unwrap_or(u32::MAX);
        // What does not go is ended by the end of this program.
        let _ = timeout(FAREWELL, self.places.acquire_many(all)).await;
    }

    /// Starts a run, and answers with its events as they come.
    pub async fn start(&self, shelf: &Shelf, asked: Asked) -> Result<Response, Refusal> {
        may_run(shelf, &asked)?;
        let places = self.places.clone();
        let place = places.try_acquire_owned().map_err(|_| {
            let why = format!("{RUNS} labs are running already; wait until one has ended.");
            Refusal::new(StatusCode::TOO_MANY_REQUESTS, why)
        })?;
        let usual = if asked.hold { HELD_RUN } else { RUN };
        let limit = self.limit.unwrap_or(usual);
        let deadline = Instant::now() + limit;
        let cannot = |error: io::Error| {
            let why = format!("The lesson cannot be started: {error}.");
            Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, why)
        };
        let program = shelf.program(&asked.lesson);
        let id = Token::new().map_err(cannot)?.text().to_owned();
        let capture = self.captures.file(&id);
        let start = Start {
            experiment: &asked.experiment,
            hold: asked.hold,
            capture: self.captures.make_room().then_some(&capture),
            limit,
        };
        let mut lesson = Lesson::start(&program, &start).map_err(cannot)?;
        let opening = deadline.min(Instant::now() + OPENING);
        let opening = answer(&mut lesson, &asked.answer, opening).await?;
        let (to_page, lines) = mpsc::channel(AHEAD);
        let open = self.enter(id.clone(), lesson.input());
        let (ending, captures) = (self.ending.subscribe(), self.captures.clone());
        tokio::spawn(async move {
            let first = Ok(line(&json!({ "live": "run", "id": id })));
            let run = Run {
                id,
                captures,
                lesson,
                to_page,
                deadline,
                ending,
                _open: open,
                _place: place,
            };
            run.tell(std::iter::once(first).chain(opening)).await;
        });
        let kind = [(CONTENT_TYPE, "application/x-ndjson")];
        Ok((kind, Body::new(Lines(lines))).into_response())
    }

    /// Types a line into a run.
    pub fn type_into(&self, typed: Typed) -> Result<StatusCode, Refusal> {
        let plain = !typed.line.chars().any(char::is_control);
        if typed.line.len() > TYPED_BYTES || !plain {
            let why = format!("A line has at most {TYPED_BYTES} bytes, and no control characters.");
            return Err(Refusal::new(StatusCode::BAD_REQUEST, why));
        }
        let input = lock(&self.open).get(&typed.id).cloned();
        let input = input.ok_or(Refusal::new(
            StatusCode::NOT_FOUND,
            "There is no such run any more.",
        ))?;
        match input.try_send(typed.line) {
            Ok(()) => Ok(StatusCode::NO_CONTENT),
            Err(mpsc::error::TrySendError::Full(_)) => Err(Refusal::new(
                StatusCode::TOO_MANY_REQUESTS,
                "The lesson has not read the lines before this one yet.",
            )),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(Refusal::new(
                StatusCode::NOT_FOUND,
                "The lesson reads no more.",
            )),
        }
    }

    fn enter(&self, id: String, input: mpsc::Sender<String>) -> Open {
        lock(&self.open).insert(id.clone(), input);
        let open = self.open.clone();
        Open { id, open }
    }
}

/// Whether this workbook has such an experiment, ready to be started.
fn may_run(shelf: &Shelf, asked: &Asked) -> Result<(), Refusal> {
    let name = kit::visible(&asked.lesson);
    let (status, why) = match shelf.state(&asked.lesson) {
        None => (
            StatusCode::NOT_FOUND,
            format!("There is no lesson `{name:.40}`."),
        ),
        Some(State::Ready(experiments)) => {
            if experiments.contains(&asked.experiment) {
                return Ok(());
            }
            let experiment = kit::visible(&asked.experiment);
            (
                StatusCode::NOT_FOUND,
                format!("The lesson `{name}` has no experiment `{experiment:.40}`."),
            )
        }
        Some(State::Broken(_)) => (
            StatusCode::CONFLICT,
            format!("The lesson `{name}` cannot be started; the page says why."),
        ),
        Some(State::Waiting | State::Building) => (
            StatusCode::CONFLICT,
            format!("The lesson `{name}` is still being built; try again in a moment."),
        ),
    };
    Err(Refusal::new(status, why))
}

/// Reads up to the question and answers it; returns the lines read.
///
/// Only the program knows its options, so it is asked, and not started again.
async fn answer(lesson: &mut Lesson, key: &str, by: Instant) -> Result<Vec<Told>, Refusal> {
    let mut lines = Vec::new();
    let reading = async {
        while let Some(told) = lesson.line().await {
            let options = told.as_deref().ok().and_then(options);
            lines.push(told);
            if options.is_some() {
                return options;
            }
        }
        None
    };
    let asked = timeout_at(by, reading).await;
    // A lesson that asks nothing has ended, or its run will tell why not.
    if let Ok(Some(options)) = asked {
        if !key.is_empty() && !options.iter().any(|option| option == key) {
            let why = "The answer is none of the options of this question.";
            return Err(Refusal::new(StatusCode::BAD_REQUEST, why));
        }
        // It fails only if the lesson has ended, and then the run tells that.
        let _ = lesson.input().try_send(key.to_owned());
    }
    Ok(lines)
}

/// The keys of the options, if this line is a question.
fn options(line: &[u8]) -> Option<Vec<String>> {
    match serde_json::from_slice(line).ok()? {
        kit::Event::Question { options, .. } => {
            Some(options.into_iter().map(|option| option.key).collect())
        }
        _ => None,
    }
}

/// One run and the page that reads it.
struct Run {
    id: String,
    captures: Arc<Captures>,
    lesson: Lesson,
    to_page: mpsc::Sender<Bytes>,
    deadline: Instant,
    ending: watch::Receiver<bool>,
    _open: Open,
    _place: OwnedSemaphorePermit,
}

impl Run {
    /// Passes everything on until the lesson has ended, is ended, or nobody
    /// reads any more. Then the lesson and all it started are gone.
    async fn tell(mut self, mut first: impl Iterator<Item = Told>) {
        let to_page = self.to_page.clone();
        let all = async {
            loop {
                let told = match first.next() {
                    Some(told) => Some(told),
                    None => self.lesson.line().await,
                };
                match told {
                    // Nobody reads any more: the other branch sees that, too.
                    Some(Ok(line)) => to_page.send(line).await.ok()?,
                    Some(Err(limit)) => return Some(Ended::limit(limit)),
                    None => return Some(self.lesson.ended().await),
                }
            }
        };
        let ended = tokio::select! {
            ended = all => ended,
            () = self.to_page.closed() => None,
            _ = self.ending.wait_for(|ending| *ending) => None,
            () = tokio::time::sleep_until(self.deadline) => {
                Some(Ended::limit("It took too long, and was ended."))
            }
        };
        self.lesson.kill().await;
        let capture = self.captures.take(&self.id);
        if let Some(Ended { status, words }) = ended {
            let last = json!({
                "live": "end", "status": status, "words": words, "capture": capture
            });
            // A slow page has lines to read before; one that reads no more
            // needs no last word.
            let _ = timeout(LAST_WORD, self.to_page.send(line(&last))).await;
        }
    }
}

/// A line of our own among those of a lesson.
fn line(value: &serde_json::Value) -> Bytes {
    Bytes::from(format!("{value}\n"))
}

/// The name under which a run can be typed into, while it goes on.
struct Open {
    id: String,
    open: Arc<Mutex<Inputs>>,
}

impl Drop for Open {
    fn drop(&mut self) {
        lock(&self.open).remove(&self.id);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A body that is sent line by line.
struct Lines(mpsc::Receiver<Bytes>);

impl hyper::body::Body for Lines {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let line = self.0.poll_recv(context);
        line.map(|line| line.map(|line| Ok(Frame::data(line))))
    }
}
