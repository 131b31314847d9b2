//! Properties of the verdict on random text.

use dbguard::effects::facts::InMemory;
use dbguard::effects::knowledge::Knowledge;
use dbguard::guard::{self, Decision};
use proptest::prelude::*;

use crate::wrapping::wrapped;

fn decide(text: &str) -> Decision {
    let files = [("drop.sql".to_owned(), "DROP TABLE visits;".to_owned())];
    guard::judge(text, &InMemory(files.into()), &Knowledge::embedded(), 0).decision
}

proptest! {
    #[test]
    fn c_4_a_destroying_command_is_never_allowed_however_it_is_wrapped(choices in prop::collection::vec(any::<u8>(), 40)) {
        let mut choices = choices.into_iter();
        let text = wrapped(&mut |below| usize::from(choices.next().unwrap_or_default()) % below);
        prop_assert!(decide(&text) > Decision::Allow, "{}", text);
    }

    #[test]
    fn no_text_makes_it_panic(text in ".{0,200}") {
        let _ = decide(&text);
    }

    #[test]
    fn no_text_of_shell_letters_makes_it_panic(text in "[a-z$(){}<>|&;'\"`\\\\\n =-]{0,80}") {
        let _ = decide(&text);
    }
}
