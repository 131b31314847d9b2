//! The page: its map, its filter under a mouse and a keyboard, and that it needs nothing but itself.

use std::path::Path;
use std::process::Command;

use dbguard::report::audit::Format;
use serde_json::{Value, json};

use crate::browser::{Seen, browse, eval};
use crate::nasty::Nasty;

/// Two databases on one volume, one without, a service that waits for two of them, and findings that concern none.
const FILES: [(&str, &str); 4] = [
    (
        "compose.yml",
        "services:
  db:
    image: postgres:16
    ports: ['5432:5432']
    volumes: ['shared:/var/lib/postgresql/data']
  copy:
    image: postgres:16
    volumes: ['shared:/var/lib/postgresql/data']
  cache:
    image: redis:7
  app:
    image: nginx
    depends_on: [db, cache]
volumes:
  shared: {}
",
    ),
    ("README.md", "# Shop\n\n```sh\ndropdb nowhere\n```\n"),
    ("scripts/room.sh", "rm -rf backups/ # <b>&\"\n"),
    (".env", "# settings\nDATABASE_URL=postgres://app@db/shop\n"),
];

/// The page of the repository above, in its folder.
fn page() -> (tempfile::TempDir, String) {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in FILES {
        let full = root.path().join(path);
        std::fs::create_dir_all(full.parent().unwrap()).unwrap();
        std::fs::write(full, text).unwrap();
    }
    let binary = env!("CARGO_BIN_EXE_dbguard");
    let output =
        Command::new(binary).args(["audit", "--format", "html"]).current_dir(root.path()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    std::fs::write(root.path().join("page.html"), &text).unwrap();
    (root, text)
}

/// What stands between `before` and `after`, everywhere in `text`.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    text.split(before).skip(1).map(|rest| rest.split(after).next().unwrap()).collect()
}

#[test]
fn the_map_draws_each_thing_once_with_its_own_findings() {
    let (_root, page) = page();
    let boxes = between(&page, "<title>", "</title>");
    let expected = [
        "service, db, compose.yml",
        "service, app, compose.yml",
        "service, copy, compose.yml",
        "service, cache, compose.yml",
        "database, postgres, postgres 16, 5 findings",
        "database, copy, postgres 16, 3 findings",
        "database, redis, redis 7",
        "volume, shared, volume",
    ];
    assert_eq!(boxes[1..], expected, "the first is the page's own title");
    assert_eq!(page.matches("<path d=").count(), 7, "three that run, two that wait, two on the volume");
    assert_eq!(page.matches("class=\"uses\"").count(), 2);
}

#[test]
fn a_finding_belongs_to_the_databases_that_its_lines_touch_else_to_its_file() {
    let (_root, page) = page();
    let files: Vec<String> =
        between(&page, "<h3>", "</h3>").iter().map(|path| path.replace("&#x2f;", "/")).collect();
    assert_eq!(files, ["README.md", "compose.yml", "scripts/room.sh"]);
    let of_rule = |rule: &str| {
        let card = page.split("<article").find(|card| card.contains(&format!("· {rule} ·"))).unwrap();
        between(card, "data-databases=\"", "\"")[0].to_owned()
    };
    assert_eq!(of_rule("db-port-public"), "postgres");
    assert_eq!(of_rule("shared-pgdata"), "postgres copy");
    assert_eq!(of_rule("compose-name-unpinned"), "postgres copy", "the volume's lines are those of both");
    assert_eq!(of_rule("sql-drop-database"), "");
    assert_eq!(of_rule("backup-removed"), "");
}

const SHOWN: &str = "document.getElementById('shown').value";
const VISIBLE: &str = "[...document.querySelectorAll('article')].filter(one => one.offsetParent).length";
const FILES_SHOWN: &str =
    "[...document.querySelectorAll('h3')].filter(one => one.offsetParent).map(one => one.textContent)";

#[test]
fn the_filter_works_with_a_mouse_and_with_a_keyboard() {
    let (root, _) = page();
    let file = root.path().join("page.html");
    let seen = browse(&json!([
        { "open": file },
        eval(SHOWN), eval(VISIBLE),
        { "click": "svg a[data-database=copy] rect" },
        eval(SHOWN), eval(VISIBLE), eval(FILES_SHOWN), eval("document.getElementById('database').value"),
        { "click": "#all" },
        eval(VISIBLE),
        eval("document.querySelector('svg a[data-database=redis]').focus()"),
        { "key": "Enter" },
        eval(SHOWN), eval("document.querySelector('svg a.chosen').dataset.database"),
        { "click": "#all" },
        { "click": "#text" },
        { "type": "ROOM.SH" },
        eval(SHOWN), eval(FILES_SHOWN),
        { "click": "#all" },
        eval("document.getElementById('severity').focus()"),
        { "key": "ArrowDown" },
        eval("document.getElementById('severity').value"), eval(SHOWN),
        eval("void (document.getElementById('severity').value = ''); document.getElementById('database').value = '-'; \
              void document.getElementById('filter').dispatchEvent(new Event('input'))"),
        eval(FILES_SHOWN),
    ]));
    let Some(Seen { results, requests, errors }) = seen else { return };
    let results: Vec<Value> = results.into_iter().filter(|one| !one.is_null()).collect();
    let expected = json!([
        "7 shown",
        7,
        "3 shown",
        3,
        ["compose.yml"],
        "copy",
        7,
        "0 shown",
        "redis",
        "1 shown",
        ["scripts/room.sh"],
        "critical",
        "1 shown",
        ["README.md", "scripts/room.sh"],
    ]);
    assert_eq!(json!(results), expected);
    assert_eq!(errors, Vec::<String>::new());
    assert!(
        requests.iter().all(|one| one.starts_with("file://") && one.contains("page.html")),
        "{requests:?}"
    );
}

#[test]
fn nothing_is_asked_of_anyone_and_foreign_text_stays_text() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    let page = Nasty::full().written(Format::Html);
    std::fs::write(&file, &page).unwrap();
    for reference in ["src=", "@import", "url(", "<link", "<iframe", "<img", "srcset", "fetch("] {
        assert!(!page.contains(reference), "{reference}");
    }
    let hrefs = between(&page, "href=\"", "\"");
    assert!(hrefs.iter().all(|to| to.starts_with('#')), "{hrefs:?}");
    let steps = json!([
        { "open": file },
        eval("document.querySelectorAll('b, img, a[href*=evil]').length"),
        eval("document.scripts.length"),
        eval("document.querySelectorAll('article').length"),
    ]);
    let Some(seen) = browse(&steps) else { return };
    assert_eq!(seen.results, [json!(0), json!(1), json!(Nasty::full().open().len())]);
    assert_eq!(seen.errors, Vec::<String>::new());
    assert_eq!(seen.requests.len(), 1, "{:?}", seen.requests);
}

/// What no page may have: a page wider than its window, text outside its box, text that touches other text, faint text.
const FAULTS: &str = r"(() => {
  const faults = [];
  if (document.documentElement.scrollWidth > innerWidth) faults.push('the page is wider than its window');
  const inside = (one, other) => one.left >= other.left - 1 && one.right <= other.right + 1;
  const apart = (one, other) => one.right <= other.left || other.right <= one.left || one.bottom <= other.top + 4 || other.bottom <= one.top + 4;
  for (const group of document.querySelectorAll('svg g')) {
    const box = group.querySelector('rect').getBoundingClientRect();
    const texts = [...group.querySelectorAll('text')];
    for (const text of texts) {
      if (!inside(text.getBoundingClientRect(), box)) faults.push('outside its box: ' + text.textContent);
      for (const other of texts) if (other !== text && !apart(text.getBoundingClientRect(), other.getBoundingClientRect())) faults.push('touches: ' + text.textContent);
    }
  }
  const boxes = [...document.querySelectorAll('svg rect')].map(one => one.getBoundingClientRect());
  boxes.forEach((one, at) => boxes.slice(at + 1).forEach(other => { if (!apart(one, other)) faults.push('two boxes overlap'); }));
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\d.]+/g).map(Number).map(one => one / 255).map(one => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (one) => { for (; one; one = one.parentElement) { const colour = getComputedStyle(one).backgroundColor; if (!/, 0\)$/.test(colour)) return colour; } return 'rgb(255, 255, 255)'; };
  for (const one of document.querySelectorAll('p, h1, h2, h3, h4, li, pre, label, button, select, input, footer, .word, svg text')) {
    const style = getComputedStyle(one);
    const ink = one instanceof SVGElement ? style.fill : style.color;
    const box = one.closest('g')?.querySelector('rect');
    const [a, b] = [light(ink), light(box ? getComputedStyle(box).fill : behind(one))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) faults.push('contrast ' + contrast.toFixed(1) + ': ' + one.textContent.slice(0, 40));
  }
  return [...new Set(faults)];
})()";

#[test]
fn it_looks_right_wide_narrow_dark_and_printed() {
    let (root, _) = page();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, nasty: &Nasty| {
        let file = folder.path().join(name);
        std::fs::write(&file, nasty.written(Format::Html)).unwrap();
        file
    };
    let files = [
        root.path().join("page.html"),
        write("nasty.html", &Nasty::full()),
        write("empty.html", &Nasty::empty()),
        write("unread.html", &Nasty::unread()),
    ];
    let shot = folder.path().join("shot.png");
    let looks = [
        (1100, false, false),
        (400, false, false),
        (1100, true, false),
        (400, true, false),
        (794, false, true),
    ];
    let mut steps = Vec::new();
    for file in &files {
        for (width, dark, print) in looks {
            steps.push(json!({ "open": file, "width": width, "dark": dark, "print": print }));
            steps.push(eval(FAULTS));
        }
    }
    steps.push(json!({ "shot": shot }));
    // And a page that is made wrong is seen to be.
    steps.push(eval("void document.documentElement.style.setProperty('--faint', '#bbb'); void (document.body.style.minWidth = '5000px')"));
    steps.push(eval(FAULTS));
    let Some(mut seen) = browse(&json!(steps)) else { return };
    let wrong = seen.results.pop().unwrap().to_string();
    assert!(wrong.contains("wider than its window") && wrong.contains("contrast 1."), "{wrong}");
    seen.results.retain(|one| !one.is_null());
    assert_eq!(seen.results, vec![json!([]); files.len() * looks.len()]);
    assert_picture(&shot, 794);
}

/// A PNG of that width.
fn assert_picture(file: &Path, width: u32) {
    let bytes = std::fs::read(file).unwrap();
    assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"));
    assert_eq!(bytes[16..20], width.to_be_bytes());
}
