//! `workbook wire`: any two programs on two hosts, and the cable between them.

pub mod captures;
mod happening;
mod keys;
mod meeting;
mod packets;
mod programs;
mod rules;
mod voice;

use std::collections::VecDeque;
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use anyhow::Result;
use kit::{Event, Format};
use wire::{Action, Lab, Options, RuleId, Side};

use crate::cli::WireArgs;
use crate::cmd::{complain, signals};
use captures::Capture;
use happening::Happening;
use keys::Key;
use meeting::Turn;
use programs::Programs;
use voice::Voice;

/// How much the log may take, in bytes: some 150,000 packets of full size.
const LOG_BYTES: usize = 256 << 20;

/// How much may wait to be shown before whoever tells more has to wait: a
/// program that writes without end must not fill the memory, nor keep Ctrl-C
/// from being heard.
const WAITING: usize = 256;

/// How long B waits for A to wait: A may have to be compiled first.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a program that was asked to end may take.
const GRACE: Duration = Duration::from_secs(3);

/// How often to see how far the programs are, when nothing happens.
const TICK: Duration = Duration::from_millis(20);

/// How long nothing crosses before it is told who waits to send again.
const SILENCE: Duration = Duration::from_secs(2);

/// How long nothing more must happen after the end before that was all.
const QUIET: Duration = Duration::from_millis(100);

/// Runs both programs to their end and tells what crossed the wire.
pub fn run(args: &WireArgs) -> Result<ExitCode> {
    let rules = match rules::from(args) {
        Ok(rules) => rules,
        Err(mistake) => {
            complain(&mistake);
            return Ok(ExitCode::from(2));
        }
    };
    let captures = captures::open(args)?;
    let options = Options {
        latency: Duration::from_millis(args.latency),
        log_bytes: LOG_BYTES,
        ..Options::default()
    };
    let made = wire::enter().and_then(|entered| Lab::with(&entered, options));
    let lab = match made {
        Ok(lab) => lab,
        Err(refusal) => {
            complain(&format!("{refusal}\n{}", refusal.remedy()));
            return Ok(ExitCode::from(2));
        }
    };
    let mut holds = Vec::new();
    let mut acting = Vec::new();
    for rule in rules {
        let (hold, text) = (rule.action == Action::Hold, rule.to_string());
        let id = lab.wire.add(rule);
        match hold {
            true => holds.push(id),
            false => acting.push(text),
        }
    }
    let mut wiring = Wiring::new(&lab, args, holds, acting)?;
    let ended = wiring.until_both_end();
    let code = wiring.conclude(ended, captures)?;
    Ok(ExitCode::from(code))
}

/// A run of two programs over the wire.
struct Wiring<'a> {
    lab: &'a Lab,
    args: &'a WireArgs,
    voice: Voice,
    programs: Programs,
    happenings: Receiver<Happening>,
    /// The rules that hold packets; none once the learner has let them go.
    holds: Vec<RuleId>,
    /// The other rules, as they are written.
    acting: Vec<String>,
    /// When a packet was last seen, until the silence after it is told.
    crossed: Option<Instant>,
    asked_about: Option<u64>,
    /// Lines typed and not obeyed yet; `None` is the end of the input.
    typed: VecDeque<Option<String>>,
    interrupted: bool,
}

impl<'a> Wiring<'a> {
    fn new(
        lab: &'a Lab,
        args: &'a WireArgs,
        holds: Vec<RuleId>,
        acting: Vec<String>,
    ) -> Result<Wiring<'a>> {
        let (tell, happenings) = mpsc::sync_channel(WAITING);
        packets::pass_on(lab.wire.subscribe(), tell.clone());
        let told = tell.clone();
        // Nobody listens any more when the run is over.
        signals::when_asked_to_end(move || drop(told.send(Happening::Interrupted)))?;
        let programs = Programs::new(tell.clone());
        keys::read(tell);
        let mut wiring = Wiring {
            lab,
            args,
            voice: Voice::new(args),
            programs,
            happenings,
            holds,
            acting,
            crossed: None,
            asked_about: None,
            typed: VecDeque::new(),
            interrupted: false,
        };
        wiring.introduce();
        Ok(wiring)
    }

    fn introduce(&mut self) {
        if self.args.format == Format::Json {
            return;
        }
        let (a, b) = (self.lab.a.addr(), self.lab.b.addr());
        self.voice.print(&format!(
            "host A is {a}, host B is {b}, and a packet takes {} ms between them\n\
             look inside from a second terminal, without root:\n  \
             A: {} ss -tuan\n  B: {} ss -tuan\n",
            self.args.latency,
            self.lab.a.look_inside(),
            self.lab.b.look_inside(),
        ));
        if !self.holds.is_empty() {
            self.voice.print(keys::HELP);
        }
    }

    /// Starts A, then B once A waits for it, and goes on until both are over.
    fn until_both_end(&mut self) -> Result<()> {
        self.programs.start(&self.lab.a, &self.args.a)?;
        let mut b_at = Some(Instant::now() + PATIENCE);
        let mut stop_at: Option<Instant> = None;
        let mut kill_at: Option<Instant> = None;
        loop {
            if let Some(latest) = b_at
                && let Some(turn) =
                    meeting::of_b(self.lab, &self.programs, Instant::now() >= latest)
            {
                b_at = None;
                self.turn_of_b(turn)?;
            }
            let ended = self.programs.ended()?;
            if !ended.is_empty() {
                // Their last words wait among what is to be shown.
                self.show();
            }
            for (who, how) in ended {
                let who = who.to_string();
                self.voice.tell(Event::Exited { who, how });
            }
            let b_over = b_at.is_none() && !self.programs.runs(Side::B);
            if b_over && !self.programs.runs(Side::A) {
                return Ok(());
            }
            if b_over && stop_at.is_none() {
                stop_at = Some(Instant::now() + Duration::from_millis(self.args.linger));
            }
            let now = Instant::now();
            let enough = self.interrupted || self.voice.unheard.is_some();
            let stop = enough || stop_at.is_some_and(|at| now >= at);
            if stop && kill_at.is_none() {
                self.release_all();
                b_at = None;
                self.programs.terminate()?;
                kill_at = Some(now + GRACE);
            }
            if kill_at.is_some_and(|at| now >= at) {
                self.programs.kill()?;
            }
            if let Ok(happening) = self.happenings.recv_timeout(TICK) {
                self.happened(happening);
                self.show();
            }
            self.tell_silence();
        }
    }

    fn turn_of_b(&mut self, turn: Turn) -> Result<()> {
        let remark = match &turn {
            Turn::Comes(remark) => remark.as_ref(),
            Turn::Never(why) => Some(why),
        };
        if let Some(remark) = remark {
            self.voice.note(remark);
        }
        if let Turn::Comes(_) = turn {
            self.programs.start(&self.lab.b, &self.args.b)?;
            // What was typed before is for B, too.
            self.obey();
        }
        Ok(())
    }

    /// Says once why nothing crosses, if somebody waits to send again.
    fn tell_silence(&mut self) {
        if self.crossed.is_some_and(|at| at.elapsed() > SILENCE) {
            self.crossed = None;
            if let Some(remark) = meeting::why_so_quiet(self.lab) {
                self.voice.note(&remark);
            }
        }
    }

    /// Takes note of what waits, but of no more than there is room for.
    fn show(&mut self) {
        for _ in 0..WAITING {
            let Ok(happening) = self.happenings.try_recv() else {
                return;
            };
            self.happened(happening);
        }
    }

    fn happened(&mut self, happening: Happening) {
        match happening {
            Happening::Seen { packet, held } => {
                self.crossed = Some(Instant::now());
                self.voice.tell(Event::Packet(*packet));
                // Asked again after each packet: the last question has moved up.
                if held {
                    self.ask();
                }
            }
            Happening::LeftOut(count) => self.voice.note(&format!(
                "{count} packets came faster than they can be shown; \
                 a capture (--pcap) has them, too"
            )),
            Happening::Wrote(side, error, text) => {
                let who = side.to_string();
                self.voice.tell(Event::Wrote { who, error, text });
            }
            // Nobody who wants to leave has to wait for a packet first.
            Happening::Typed(Some(q)) if !self.holds.is_empty() && q == "q" => {
                self.interrupted = true;
            }
            Happening::Typed(line) => self.typed.push_back(line),
            Happening::Interrupted => self.interrupted = true,
        }
        self.obey();
    }

    /// Does what was typed, in order, as far as it is time for it.
    fn obey(&mut self) {
        while let Some(line) = self.typed.pop_front() {
            if line.as_deref().is_some_and(|line| self.waits(line)) {
                self.typed.push_front(line);
                return;
            }
            self.obey_line(line);
        }
    }

    /// Whether this line waits, since lines may come from a file, too: a key
    /// that decides about a packet for one, and text for its program.
    fn waits(&self, line: &str) -> bool {
        match keys::meaning(line, !self.holds.is_empty()) {
            Key::Decide(_) | Key::Later => self.asked_about.is_none(),
            Key::Text(side, _) => !self.programs.started(side),
            _ => false,
        }
    }

    fn obey_line(&mut self, line: Option<String>) {
        let Some(line) = line else {
            // Nobody is left to decide about packets or to type for a program.
            if !self.holds.is_empty() {
                self.voice
                    .note("the input has ended: nothing is held any more");
            }
            self.release_all();
            self.programs.end_input();
            return;
        };
        match keys::meaning(&line, !self.holds.is_empty()) {
            Key::Text(side, text) => self.programs.type_into(side, &text),
            Key::Help => self.voice.note(keys::HELP.trim_end()),
            Key::Quit => self.interrupted = true,
            Key::ReleaseAll => {
                self.release_all();
                self.voice
                    .note("nothing is held any more; what you type goes to B, Ctrl-C ends");
            }
            Key::Decide(action) => {
                // The wire tells what became of it, and then the next is asked about.
                if let Some(number) = self.asked_about.take() {
                    self.lab.wire.release(number, action);
                }
            }
            Key::Later => {
                let after = self.asked_about.take();
                self.ask_after(after);
            }
            Key::Unknown => self.voice.note("that is no key; ? lists them"),
        }
    }

    /// Asks about the packet that the open question is about, or the oldest.
    fn ask(&mut self) {
        self.ask_after(self.asked_about.map(|number| number - 1));
    }

    /// Asks about the first packet held after this one, or the oldest.
    fn ask_after(&mut self, after: Option<u64>) {
        if self.holds.is_empty() {
            return;
        }
        let held = self.lab.wire.held();
        let later = held.iter().find(|p| after.is_none_or(|n| p.n > n));
        self.asked_about = later.or(held.first()).map(|packet| packet.n);
        if let Some(number) = self.asked_about
            && self.args.format == Format::Text
        {
            let count = held.len();
            self.voice.print(&format!(
                "packet {number} waits ({count} in all): p, d, 2, c, h, r, q or ?\n"
            ));
        }
    }

    fn release_all(&mut self) {
        for rule in self.holds.drain(..) {
            self.lab.wire.remove(rule);
        }
        self.asked_about = None;
        self.lab.wire.release_all();
    }

    /// Tells what is left to tell, keeps the capture, and judges the run.
    fn conclude(&mut self, ended: Result<()>, captures: Vec<Capture>) -> Result<u8> {
        if ended.is_err() {
            // What still writes would be shown without end.
            let _ = self.programs.kill();
        }
        self.lab.wire.wait_idle(GRACE);
        let mut last = Instant::now();
        while let Ok(happening) = self.happenings.recv_timeout(QUIET) {
            if !matches!(happening, Happening::Typed(_)) {
                self.happened(happening);
                last = Instant::now();
            } else if last.elapsed() > GRACE {
                // Whoever types on and on keeps nobody here.
                break;
            }
        }
        for line in meeting::summary(self.lab, &self.programs, &self.acting) {
            self.voice.note(&line);
        }
        for capture in captures {
            self.voice.note(&capture.keep(&self.lab.wire)?);
        }
        ended?;
        if let Err(why) = self.lab.wire.trust() {
            self.voice.note(&why.to_string());
            return Ok(2);
        }
        Ok(match self.voice.unheard {
            Some(code) => code,
            None if self.programs.went_well() => 0,
            None => 1,
        })
    }
}
