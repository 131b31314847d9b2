//! The language that a document is written in: by its letters, and by its commonest words.

use crate::presets::Presets;
use crate::presets::languages::{DocumentLanguage, Writing};
use crate::source::SourceFile;

/// Words of a language that a text must have before it is taken for that language rather than English.
const ENOUGH: usize = 4;

/// The language that nothing has to show.
const DEFAULT: &str = "en";

/// The language of a document; English where nothing tells of another that is known.
pub(super) fn of(file: &SourceFile) -> &'static DocumentLanguage {
    let prose = prose(file.text());
    let script = script(&prose);
    let same = Presets::embedded_languages().iter().filter(|language| language.script == script);
    let fitting: Vec<&DocumentLanguage> = same.filter(|language| is_possible(&prose, language)).collect();
    let best = match (script, fitting.as_slice()) {
        (Writing::Han | Writing::Cyrillic, [only]) => Some(*only),
        _ => by_words(&prose, &fitting),
    };
    best.or_else(default).unwrap_or_else(|| unreachable!("English is among the presets"))
}

fn default() -> Option<&'static DocumentLanguage> {
    Presets::embedded_languages().iter().find(|language| &*language.id == DEFAULT)
}

/// The text without code, addresses and markup.
fn prose(text: &str) -> String {
    let mut prose = String::new();
    let mut fenced = false;
    for line in text.lines() {
        let line = line.trim_start_matches([' ', '\t', '>', '-', '*']);
        if line.starts_with("```") || line.starts_with("~~~") {
            fenced = !fenced;
        } else if !fenced {
            let outside = line.split('`').step_by(2);
            let words = outside
                .flat_map(str::split_whitespace)
                .filter(|word| !word.contains("://") && !word.contains('<'));
            for word in words {
                prose.push_str(&word.to_lowercase());
                prose.push(' ');
            }
        }
    }
    prose
}

/// The script of most letters; a few letters of Han or Cyrillic weigh more, since code and names are Latin everywhere.
fn script(prose: &str) -> Writing {
    let count = |is: fn(char) -> bool| prose.chars().filter(|letter| is(*letter)).count();
    let letters = count(char::is_alphabetic).max(1);
    let han = count(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
    let cyrillic = count(|letter| ('\u{400}'..='\u{4ff}').contains(&letter));
    let kana = count(|letter| {
        ('\u{3040}'..='\u{30ff}').contains(&letter) || ('\u{ac00}'..='\u{d7a3}').contains(&letter)
    });
    if (han + kana) * 10 > letters {
        Writing::Han
    } else if cyrillic * 4 > letters {
        Writing::Cyrillic
    } else {
        Writing::Latin
    }
}

/// Whether a text has the letters that the language cannot go without, and no more than stray ones that it does not have.
fn is_possible(prose: &str, language: &DocumentLanguage) -> bool {
    let has_own = language.own.is_empty() || prose.contains(|letter| language.own.contains(letter));
    let letters = prose.chars().filter(|letter| letter.is_alphabetic()).count();
    let foreign = prose.chars().filter(|letter| language.foreign.contains(*letter)).count();
    has_own && foreign * 100 <= letters
}

fn by_words(prose: &str, languages: &[&'static DocumentLanguage]) -> Option<&'static DocumentLanguage> {
    let is_word = |letter: char| letter.is_alphabetic() || letter == '\'';
    let hits = |language: &DocumentLanguage| {
        let words = prose.split(|letter| !is_word(letter));
        words.filter(|word| language.words.iter().any(|known| **known == **word)).count()
    };
    let best =
        languages.iter().map(|language| (hits(language), *language)).max_by_key(|(hits, language)| {
            // Of two with as many words it is English.
            (*hits, &*language.id == DEFAULT)
        })?;
    (best.0 >= ENOUGH).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> &'static str {
        &of(&SourceFile::new("a.md", text)).id
    }

    #[test]
    fn each_language_by_a_few_sentences() {
        for (expected, text) in [
            ("en", "To start over, remove the containers and the volumes of the project."),
            ("de", "Um von vorne zu beginnen, werden die Container und die Volumes mit dem Befehl gelöscht."),
            (
                "fr",
                "Pour repartir de zéro, supprimez les conteneurs et les volumes avec cette commande pour la base.",
            ),
            (
                "es",
                "Para empezar de cero, elimina los contenedores y los volúmenes con este comando por si acaso.",
            ),
            (
                "pt",
                "Para começar do zero, apague os contêineres e os volumes com o comando, se não usar a produção.",
            ),
            ("ru", "Чтобы начать заново, удалите контейнеры и тома этой командой."),
            ("zh", "要重新开始，请删除容器和数据卷。"),
        ] {
            assert_eq!(id(text), expected, "{text}");
        }
    }

    #[test]
    fn other_languages_and_code_are_english() {
        for text in [
            "",
            "# Setup\n```sh\nls die der das und ist\n```\n",
            "За да започнете отначало, изтрийте контейнерите и томовете.",
            "Щоб почати спочатку, видаліть контейнери і томи.",
            "最初からやり直すには、コンテナとボリュームを削除してください。",
            "처음부터 다시 시작하려면 컨테이너와 볼륨을 삭제하세요.",
            "Aby zacząć od nowa, usuń kontenery.",
        ] {
            assert_eq!(id(text), "en", "{text}");
        }
    }

    #[test]
    fn latin_names_do_not_hide_other_scripts() {
        let text = "Docker Compose, PostgreSQL и Redis: чтобы удалить всё, запустите docker compose down, потом docker compose up.";
        assert_eq!(id(text), "ru");
    }
}
