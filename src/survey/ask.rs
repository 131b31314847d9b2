//! Read-only questions to programs of this machine, bounded in time.

use std::io::Read;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(5);

/// What a program answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    /// Whether it ended with 0.
    pub(super) success: bool,
    /// Its standard output.
    pub(super) text: String,
    /// Its standard error.
    pub(super) complaint: String,
}

/// The answer of `program`, in the language of the C locale. None where there is no such program, or it does not end.
pub(super) fn ask(program: &str, words: &[&str]) -> Option<Answer> {
    let mut command = Command::new(program);
    command.args(words).env("LC_ALL", "C").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().ok()?;
    // Read while it runs: a full pipe would stop it.
    let readers = (reader(child.stdout.take()), reader(child.stderr.take()));
    let deadline = Instant::now() + PATIENCE;
    let status = loop {
        match child.try_wait().ok()? {
            Some(status) => break status,
            None if Instant::now() > deadline => {
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
            None => thread::sleep(Duration::from_millis(5)),
        }
    };
    let (text, complaint) = (readers.0.join().ok()?, readers.1.join().ok()?);
    Some(Answer { success: status.success(), text, complaint })
}

fn reader(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_has_all_of_its_text() {
        let long = ask("sh", &["-c", "head -c 200000 /dev/zero | tr '\\0' x; echo no >&2; exit 3"]);
        let long = long.expect("an answer");
        assert_eq!((long.success, long.text.len(), &*long.complaint), (false, 200_000, "no\n"));
        assert_eq!(ask("no-such-program-anywhere", &[]), None);
    }
}
