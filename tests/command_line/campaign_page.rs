//! The page of a campaign, read back by somebody else's reader.

use std::fs;
use std::path::Path;

use roxmltree::{Document, ParsingOptions};

use crate::{WRONG, folder, says, write};

/// Hunts through a scenario that holds and one that does not, whose name and path want to be more than text; the exit
/// code, the folder, and the page.
fn hunted(test: &str) -> (i32, std::path::PathBuf, String) {
    let folder = folder(test);
    let stories = folder.join("stories & <b>\"more\"");
    fs::create_dir_all(&stories).expect("a folder");
    write(&stories.join("holds.ron"), &[]);
    write(&stories.join("a 100% </script><img src=x>.ron".replace('/', "_").as_str()), &WRONG);
    let path = |path: &Path| path.to_str().expect("a path").to_owned();
    let (report, output) = (path(&folder.join("pages/report.html")), path(&folder.join("found")));
    let (code, out, err) = says(&[
        "fuzz",
        &path(&stories),
        "--seeds",
        "30",
        "--output",
        &output,
        "--report",
        &report,
        "--regressions",
        "nowhere",
    ]);
    let page = fs::read_to_string(&report).unwrap_or_else(|error| panic!("{error}: {out}{err}"));
    (code, folder, page)
}

fn parsed(page: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(page, options).unwrap_or_else(|error| panic!("{error}: {page}"))
}

#[test]
fn a_page_tells_what_was_found_and_links_to_every_counterexample() {
    let (code, folder, page) = hunted("campaign_page");
    assert_eq!(code, 1);
    let document = parsed(&page);
    let texts = |tag: &str| -> Vec<String> {
        let nodes = document.descendants().filter(|node| node.has_tag_name(tag));
        nodes
            .map(|node| {
                node.descendants().filter(|node| node.is_text()).filter_map(|node| node.text()).collect::<String>()
            })
            .collect()
    };
    assert_eq!(texts("h2").len(), 2, "a part for each scenario");
    assert!(texts("h2")[0].contains("<img src=x>") && texts("script").is_empty() && texts("img").is_empty());
    let captions = texts("caption");
    for caption in ["Scenarios", "Strategies", "What happened in the worlds", "Checks that had something to judge"] {
        assert!(captions.iter().any(|other| other == caption), "{caption}");
    }
    assert!(texts("summary")[0].starts_with("settles, too little shown in "));
    assert!(texts("pre")[0].contains("★ settles: ") && texts("figcaption").len() == 2);
    assert!(texts("p").iter().any(|text| text.contains(" seeds a second")));
    let mut kinds = Vec::new();
    for link in document.descendants().filter_map(|node| node.attribute("href")).filter(|link| !link.starts_with('#')) {
        let bytes = link.split('%').enumerate().flat_map(|(nth, part)| {
            let (code, rest) = if nth == 0 { ("", part) } else { part.split_at(2) };
            let byte = u8::from_str_radix(code, 16).ok();
            byte.into_iter().chain(rest.bytes()).collect::<Vec<u8>>()
        });
        let target = String::from_utf8(bytes.collect()).expect("a path");
        let target = folder.join("pages").join(target);
        assert!(target.is_file(), "{link} leads nowhere: {}", target.display());
        kinds.push(target.extension().expect("an ending").to_str().expect("text").to_owned());
    }
    kinds.sort();
    assert_eq!(kinds, ["html", "ron", "ron", "ron"], "both scenarios, and a counterexample in two forms");
}

#[test]
fn a_page_asks_nothing_of_any_network_and_is_for_light_and_dark() {
    let (_, _, page) = hunted("campaign_page_alone");
    assert!(!page.contains("://"), "nothing is fetched");
    for words in ["default-src 'none'", "prefers-color-scheme: dark", "@media print", "lang=\"en\"", "viewport"] {
        assert!(page.contains(words), "{words}");
    }
    let document = parsed(&page);
    let drawings = document.descendants().filter(|node| node.has_tag_name("svg"));
    assert!(drawings.filter(|node| node.attribute("aria-label").is_some()).count() > 2, "drawings have names");
    // Words against what they stand on, in both themes.
    let value = |theme: &str, name: &str| -> f64 {
        let at = theme.find(&format!("--{name}: #")).expect(name) + name.len() + 5;
        let part = |nth: usize| {
            let byte = u8::from_str_radix(&theme[at + 2 * nth..at + 2 * nth + 2], 16).expect("a colour");
            let share = f64::from(byte) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { libm::pow((share + 0.055) / 1.055, 2.4) }
        };
        0.2126 * part(0) + 0.7152 * part(1) + 0.0722 * part(2)
    };
    let (light, dark) = page.split_once("prefers-color-scheme: dark").expect("two themes");
    for theme in [light, dark] {
        for back in ["back", "card"] {
            for text in ["text", "soft", "link", "bad", "good"] {
                let (one, other) = (value(theme, text), value(theme, back));
                let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
                assert!(contrast >= 4.5, "{text} on {back}: {contrast:.1}");
            }
        }
    }
}

#[test]
fn where_no_page_can_be_written_that_is_said_and_what_was_found_is_not_lost() {
    let folder = folder("campaign_page_nowhere");
    let story = folder.join("story.ron");
    write(&story, &WRONG);
    let (story, nowhere) = (story.to_str().expect("a path"), story.join("page.html"));
    let output = folder.join("found");
    let (code, out, err) = says(&[
        "fuzz",
        story,
        "--seeds",
        "5",
        "--output",
        output.to_str().expect("a path"),
        "--report",
        nowhere.to_str().expect("a path"),
        "--regressions",
        "nowhere",
    ]);
    assert_eq!(code, 1);
    assert!(out.contains("FAILED: ") && err.contains("page.html cannot be written"), "{err}");
}
