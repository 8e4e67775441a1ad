//! `closing-upload`: a client that sends a file, ends its side, and reads the answer.

mod causes;
mod server;

use std::time::{Duration, Instant};

use causes::*;
use server::Upload;

use crate::judge::bench::{Bench, START};
use crate::judge::bytes;
use crate::judge::fault::Fault;
use crate::judge::listener::Closed;
use crate::judge::program::words;
use crate::judge::{Exercise, Rule, Ruling, unkind};

/// How long our server thinks before it answers.
const THOUGHT: Duration = Duration::from_millis(150);

/// The exercise.
pub const EXERCISE: Exercise = Exercise {
    name: "closing-upload",
    lesson: "closing",
    about: "A client that sends a file, ends its side, and prints the answer.",
    rules: &[
        Rule {
            says: "it connects, and sends the bytes of the file",
            check: sends_the_file,
        },
        Rule {
            says: "it ends its side when the file is sent",
            check: ends_its_side,
        },
        Rule {
            says: "it waits for an answer that takes its time, prints it, and ends with success",
            check: waits,
        },
        Rule {
            says: "an answer that comes in pieces is printed whole",
            check: in_pieces,
        },
        Rule {
            says: "an answer that is broken off by a reset is no success",
            check: reset,
        },
        Rule {
            says: "an answer that ends before its newline is no success",
            check: cut,
        },
        Rule {
            says: "no answer at all is no success, nor is a server that is not there",
            check: no_answer,
        },
        Rule {
            says: "bytes that are not text arrive as they are, and so does an empty file",
            check: not_text,
        },
        Rule {
            says: "a file of six million bytes arrives whole at a server that reads late",
            check: large,
        },
        Rule {
            says: "a server that breaks off in the middle of the file is no success",
            check: breaks_off,
        },
    ],
    causes: &[
        &SENT_IS_COMPLETE,
        &SENT_IS_DONE,
        &CLOSE_IS_SHUTDOWN,
        &ONE_READ_IS_THE_ANSWER,
        &A_RESET_IS_AN_END,
        &EVERY_END_IS_GOOD,
        &unkind::BYTES_ARE_TEXT,
        &unkind::A_WRITE_TAKES_ALL,
    ],
    hints: [
        "How does the server know that the file is complete? The connection has two directions, and you want to end one of them.",
        "shutdown(Shutdown::Write) ends your side and leaves the other open; dropping the stream ends both. Then read to the end: when is what you have read an answer, and when is it only a piece of one?",
        r#"
    stream.write_all(&fs::read(file)?)?;
    stream.shutdown(Shutdown::Write)?;
    stream.read_to_string(&mut answer)?;
    if !answer.ends_with('\n') {
        // return an error
    }
    print!("{answer}");
An error that main returns is a failure for the shell, too."#,
    ],
};

fn sends_the_file(bench: &mut Bench) -> Ruling {
    let file = bench.word(40);
    let mut upload = Upload::begins(bench, &file)?;
    upload.gets(&file)?;
    Ok(())
}

fn ends_its_side(bench: &mut Bench) -> Ruling {
    let file = bench.word(45);
    Upload::begins(bench, &file)?.gets_all(&file)?;
    Ok(())
}

fn waits(bench: &mut Bench) -> Ruling {
    let file = bench.word(50);
    let mut upload = Upload::begins(bench, &file)?;
    upload.gets_all(&file)?;
    bench.lets_it_work(THOUGHT)?;
    if let Some(status) = bench.program()?.ended() {
        let expected = "it is there when the answer comes";
        let got = format!("{} before the answer was sent", words(&status));
        let cause = match status.success() {
            true => &SENT_IS_DONE,
            false => &CLOSE_IS_SHUTDOWN,
        };
        return Fault::new(expected, got).because(cause).stop();
    }
    let answer = upload.answer(&file);
    upload.server.offers(answer.as_bytes());
    upload.ends();
    upload
        .is_printed(bench, &answer)
        .map_err(|fault| fault.because_if(upload.was_refused(), &CLOSE_IS_SHUTDOWN))?;
    Ok(())
}

fn in_pieces(bench: &mut Bench) -> Ruling {
    let file = bench.word(50);
    let mut upload = Upload::begins(bench, &file)?;
    upload.gets_all(&file)?;
    let answer = upload.answer(&file);
    let (first, second) = answer.as_bytes().split_at(12);
    upload.server.offers(first);
    // Whoever thinks that this was all, ends now.
    bench.lets_it_work(THOUGHT)?;
    upload.server.offers(second);
    upload.ends();
    upload
        .is_printed(bench, &answer)
        .map_err(|fault| fault.because(&ONE_READ_IS_THE_ANSWER))?;
    Ok(())
}

fn reset(bench: &mut Bench) -> Ruling {
    let file = bench.word(50);
    let mut upload = Upload::begins(bench, &file)?;
    upload.gets_all(&file)?;
    let answer = upload.answer(&file);
    upload.server.offers(&answer.as_bytes()[..12]);
    upload.resets()?;
    server::fails(bench).map_err(|fault| fault.because(&A_RESET_IS_AN_END))?;
    Ok(())
}

fn cut(bench: &mut Bench) -> Ruling {
    let file = bench.word(50);
    let mut upload = Upload::begins(bench, &file)?;
    upload.gets_all(&file)?;
    let answer = upload.answer(&file);
    upload.server.offers(&answer.as_bytes()[..12]);
    upload.ends();
    server::fails(bench).map_err(|fault| fault.because(&EVERY_END_IS_GOOD))?;
    Ok(())
}

fn no_answer(bench: &mut Bench) -> Ruling {
    let file = bench.word(50);
    let mut upload = Upload::begins(bench, &file)?;
    upload.gets_all(&file)?;
    upload.ends();
    server::fails(bench).map_err(|fault| fault.because(&EVERY_END_IS_GOOD))?;
    let nobody = Closed::new()?;
    bench.did("and once more, where nobody listens");
    bench.launch(&[&nobody.address.to_string(), upload.file_name()?])?;
    // It may start slowly.
    bench.program()?.wait(Instant::now() + START);
    server::fails(bench)?;
    Ok(())
}

fn not_text(bench: &mut Bench) -> Ruling {
    let mut file = bytes::any(&mut bench.random, 40);
    file.extend_from_slice(b"\xff\xfe\0\r\n\x1a\x04\n\n");
    for file in [file, Vec::new()] {
        let mut upload = Upload::begins(bench, &file)?;
        upload
            .gets_all(&file)
            .map_err(|fault| fault.because(&unkind::BYTES_ARE_TEXT))?;
        let answer = upload.answer(&file);
        upload.server.offers(answer.as_bytes());
        upload.ends();
        upload.is_printed(bench, &answer)?;
    }
    Ok(())
}

fn large(bench: &mut Bench) -> Ruling {
    let file = bytes::much(&mut bench.random, 6_000_000);
    let mut upload = Upload::begins(bench, &file)?;
    upload.reads_late(bench)?;
    let heard = upload.server.hears(file.len() + 1);
    if heard.bytes != file {
        let less = heard.bytes.len() < file.len();
        let got = match less {
            true => format!("only a part of them, then {}", heard.ending()),
            false => "other bytes, or more".into(),
        };
        return Fault::new("our server gets all bytes of the file", got)
            .because_if(less, &unkind::A_WRITE_TAKES_ALL)
            .stop();
    }
    let answer = upload.answer(&file);
    upload.server.offers(answer.as_bytes());
    upload.ends();
    upload.is_printed(bench, &answer)?;
    Ok(())
}

fn breaks_off(bench: &mut Bench) -> Ruling {
    let file = bytes::much(&mut bench.random, 2_000_000);
    let mut upload = Upload::begins(bench, &file)?;
    upload.gets(&file[..1000])?;
    upload.resets()?;
    server::fails(bench).map_err(|fault| fault.because(&A_RESET_IS_AN_END))?;
    Ok(())
}
