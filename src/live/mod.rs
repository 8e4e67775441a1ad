//! The web server for the book: on 127.0.0.1, for this machine's browser only.
//!
//! Every request goes through [`gate::check`] before anything looks at its
//! path, and every answer through [`gate::seal`].

mod captures;
mod gate;
mod learner;
mod lesson;
mod pages;
pub mod port;
mod runs;
mod sent;
mod token;

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tower::ServiceExt;

use crate::shelf::Shelf;
use crate::site::Site;
use gate::Gate;
use runs::Runs;
use token::Token;

/// How long a client may take to send the head of a request, and how long it
/// may keep a connection without sending any.
const HEAD_DEADLINE: Duration = Duration::from_secs(5);
/// How large the head of a request may be.
const HEAD_LIMIT_BYTES: usize = 16 * 1024;
/// How many connections may be open at once.
const CONNECTIONS: usize = 256;
/// How long to leave a system alone that is out of file descriptors.
const BREATHER: Duration = Duration::from_millis(100);

/// What there is to serve.
#[derive(Clone)]
pub struct Served {
    /// Where the workbook lies.
    pub root: PathBuf,
    /// The pages.
    pub site: Arc<Site>,
    /// The lessons that a page may run.
    pub shelf: Arc<Shelf>,
    /// How long a run may take, if not as long as usual.
    pub run_limit: Option<Duration>,
}

/// Serves a workbook until `end` is ready.
pub async fn serve(
    listener: TcpListener,
    served: Served,
    end: impl Future<Output = ()>,
) -> io::Result<()> {
    let port = listener.local_addr()?.port();
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let gate = Gate::new(port, Token::new()?);
    let runs = Arc::new(Runs::new(served.run_limit, served.shelf.captures()));
    let routes = pages::routes(pages::House {
        served,
        token: gate.token().into(),
        runs: runs.clone(),
    });
    let desk = Arc::new(Desk { gate, routes });
    tokio::select! {
        () = end => {}
        never = accept(listener, desk) => match never {},
    }
    runs.end().await;
    Ok(())
}

/// What every connection shares.
struct Desk {
    gate: Gate,
    routes: Router,
}

async fn accept(listener: tokio::net::TcpListener, desk: Arc<Desk>) -> Infallible {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        // The semaphore is never closed, so there is always a place to wait for.
        let place = places.clone().acquire_owned().await;
        match listener.accept().await {
            Ok((stream, _)) => {
                let desk = desk.clone();
                tokio::spawn(async move {
                    converse(stream, desk).await;
                    drop(place);
                });
            }
            Err(_) => tokio::time::sleep(BREATHER).await,
        }
    }
}

/// Answers one connection's requests until it ends.
async fn converse(stream: TcpStream, desk: Arc<Desk>) {
    // A line of a run leaves at once: without this it would wait, behind one
    // that is not acknowledged yet, for as long as the browser delays its ACK.
    let _ = stream.set_nodelay(true);
    let answer = service_fn(move |request| answer(desk.clone(), request));
    // An error here is a client that broke off or did not speak HTTP; hyper has
    // told it so, and there is nobody else to tell.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_DEADLINE)
        .max_header_size(HEAD_LIMIT_BYTES)
        .serve_connection(TokioIo::new(stream), answer)
        .await;
}

async fn answer(desk: Arc<Desk>, request: Request<Incoming>) -> Result<Response, Infallible> {
    let response = match desk.gate.check(&request) {
        Ok(()) => desk.routes.clone().oneshot(request.map(Body::new)).await?,
        Err(refusal) => refusal.into_response(),
    };
    Ok(gate::seal(response))
}
