//! The page of a campaign: what was found in which scenario, how, and what was covered, in one file without a script.
//!
//! The law: whatever the values are, they are text on the page and nothing else, and the page is well-formed XML, too.

use std::fmt::Write as _;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::again::quoted;
use super::findings::{Replayed, place, title};
use super::share::{Kind, Share};
use super::shrink::keep;
use crate::base::Seed;
use crate::report::{Caption, html, page};
use crate::run::{depict, read};

/// Everything before the first words.
const FRAME: &str = include_str!("campaign.html");

/// A page that is being written.
pub(super) struct CampaignPage<'a> {
    /// Where it will be.
    path: &'a Path,
    /// Where counterexamples are kept.
    output: &'a Path,
    known: String,
    /// A line of the first table for each scenario, and what there is to tell of it.
    rows: String,
    scenarios: String,
    count: usize,
}

impl<'a> CampaignPage<'a> {
    /// One that will be written here, and counterexamples there.
    pub(super) fn new(path: &'a Path, output: &'a Path) -> CampaignPage<'a> {
        CampaignPage { path, output, known: String::new(), rows: String::new(), scenarios: String::new(), count: 0 }
    }

    /// A counterexample that was kept before was replayed.
    pub(super) fn replayed(&mut self, replayed: &Replayed) {
        let (word, says) = match &replayed.says {
            None => ("<span class=\"good\">mended</span>", String::new()),
            Some(says) => ("<span class=\"bad\">again</span>", format!("<pre>{}</pre>", html(says))),
        };
        let link = self.link(Path::new(&replayed.path), &replayed.path);
        let _ = writeln!(self.known, "<li>{word} {link}{says}</li>");
    }

    /// A scenario was hunted through, at so many seeds a second if that is known.
    pub(super) fn hunted(&mut self, share: &Share, rate: Option<f64>) {
        self.count += 1;
        let name = title(&share.prey.path, share.prey.only.as_deref());
        let found = match share.kinds.len() {
            0 if share.unstable().is_some() => "<span class=\"bad\">not deterministic</span>".to_owned(),
            0 => "<span class=\"good\">nothing</span>".to_owned(),
            1 => "<span class=\"bad\">1 kind of finding</span>".to_owned(),
            kinds => format!("<span class=\"bad\">{kinds} kinds of findings</span>"),
        };
        let _ = writeln!(
            self.rows,
            "<tr><td><a href=\"#s{}\">{}</a></td><td>{found}</td><td class=\"number\">{}</td></tr>",
            self.count,
            html(&name),
            share.runs
        );
        let mut text = format!("<section>\n<h2 id=\"s{}\">{}</h2>\n", self.count, html(&name));
        let (first, next, _) = share.seeds();
        let cut = if share.is_short() { ", fewer than asked for" } else { "" };
        let rate = rate.map_or(String::new(), |rate| format!(", {rate:.0} seeds a second"));
        let _ = writeln!(
            text,
            "<p>{} runs, seeds {first} to {}{cut}; {} of virtual time{rate}; {} deliveries; hash <code>{}</code>. {}</p>",
            share.runs,
            next.saturating_sub(1),
            html(&share.virtual_time().to_string()),
            share.witness.delivered,
            html(&share.hash),
            self.link(Path::new(&share.prey.path), "The scenario"),
        );
        if let Some(seed) = share.unstable() {
            let _ = writeln!(
                text,
                "<p class=\"bad\">Seed {seed} gave two results: the code under test is not deterministic.</p>"
            );
        }
        for kind in &share.kinds {
            self.kind(share, kind, &mut text);
        }
        text.push_str("<div class=\"tables\">\n");
        strategies(share, &mut text);
        faults(share, &mut text);
        judged(share, &mut text);
        coverage(share, &mut text);
        text.push_str("</div>\n</section>\n");
        self.scenarios.push_str(&text);
    }

    /// A kind of finding: its story, where its counterexample is, and how to see it again.
    fn kind(&self, share: &Share, kind: &Kind, text: &mut String) {
        let Kind { says, seeds, first, strategy, finding, small, .. } = kind;
        let percent = share.percent(*seeds);
        let _ = writeln!(
            text,
            "<details open=\"open\"><summary><strong class=\"bad\">{}</strong> in {seeds} seeds ({percent:.1} %), first in \
             {first} ({})</summary>",
            html(says),
            html(strategy)
        );
        let command = match small {
            Some(small) => {
                let file = place(&share.prey.stem, kind, self.output);
                let mut links = vec![self.link(&file, "the counterexample as a scenario")];
                if let Some(page) = paged(&file, &small.file) {
                    links.push(self.link(&page, "and as a page"));
                }
                let _ = writeln!(text, "<p>{}</p>\n<pre>{}</pre>", links.join(", "), html(small.drawn.trim_end()));
                format!("squall run {}", quoted(&file))
            }
            None => {
                let _ = writeln!(text, "<pre>{}</pre>", html(finding));
                format!("squall fuzz {} --seed {first}", quoted(Path::new(&share.prey.path)))
            }
        };
        let _ = writeln!(text, "<p>Again with: <code>{}</code></p>\n</details>", html(&command));
    }

    /// A link from the page to a file.
    fn link(&self, file: &Path, says: &str) -> String {
        format!("<a href=\"{}\">{}</a>", html(&address(self.path, file)), html(says))
    }

    /// That was all.
    pub(super) fn write(self, sentence: &str, good: bool) -> io::Result<()> {
        let tone = if good { "good" } else { "bad" };
        let mut text =
            format!("{FRAME}<h1>squall fuzz</h1>\n<p class=\"{tone}\"><strong>{}</strong></p>\n", html(sentence));
        if !self.known.is_empty() {
            let _ = writeln!(text, "<h2>Known counterexamples</h2>\n<ul>\n{}</ul>", self.known);
        }
        if self.count > 0 {
            let _ = writeln!(
                text,
                "<table><caption>Scenarios</caption><tr><th>scenario</th><th>found</th><th>runs</th></tr>\n{}</table>",
                self.rows
            );
        }
        text.push_str(&self.scenarios);
        text.push_str("</body>\n</html>\n");
        keep(self.path, &text)
    }
}

/// Writes the page of a counterexample beside its file, and says where; nothing where it cannot be drawn or written.
fn paged(path: &Path, text: &str) -> Option<PathBuf> {
    let file = read(text).ok()?;
    let seed = file.seed.unwrap_or(Seed(0));
    let picture = depict(&file, seed).ok()?;
    let (title, about) = (file.name.clone(), file.about.clone());
    let again = format!("squall run {}", quoted(path));
    let caption = Caption { title, about, source: text.to_owned(), again };
    let place = path.with_extension("html");
    keep(&place, &page((&picture, &caption), None)).ok()?;
    Some(place)
}

/// How often each strategy found something.
fn strategies(share: &Share, text: &mut String) {
    let _ = writeln!(
        text,
        "<table><caption>Strategies</caption><tr><th>strategy</th><th>runs</th><th>found</th><th></th></tr>"
    );
    for (name, runs, wrong) in share.strategies.iter().filter(|(_, runs, _)| *runs > 0) {
        let width = 100 * wrong / runs;
        let _ = writeln!(
            text,
            "<tr><td>{}</td><td class=\"number\">{runs}</td><td class=\"number\">{wrong}</td><td>{}</td></tr>",
            html(name),
            bar(width)
        );
    }
    text.push_str("</table>\n");
}

/// A bar of so many hundredths.
fn bar(width: u64) -> String {
    format!(
        "<svg width=\"100\" height=\"12\" role=\"img\" aria-label=\"{width} %\"><rect width=\"{width}\" height=\"12\"></rect></svg>"
    )
}

/// What went wrong in the world, and which faults never did.
fn faults(share: &Share, text: &mut String) {
    let _ = writeln!(text, "<table><caption>What happened in the worlds</caption>");
    for (says, count) in share.witness.counts().filter(|(_, count)| *count > 0) {
        let _ = writeln!(text, "<tr><td>{says}</td><td class=\"number\">{count}</td></tr>");
    }
    for idle in &share.idle {
        let _ =
            writeln!(text, "<tr><td colspan=\"2\"><span class=\"bad\">did nothing:</span> {}</td></tr>", html(idle));
    }
    text.push_str("</table>\n");
}

/// In how many runs each check had something to judge.
fn judged(share: &Share, text: &mut String) {
    let _ = writeln!(text, "<table><caption>Checks that had something to judge</caption>");
    for (check, runs) in &share.judged {
        let percent = share.percent(*runs);
        let _ = writeln!(text, "<tr><td>{}</td><td class=\"number\">{percent:.0} % of runs</td></tr>", html(check));
    }
    text.push_str("</table>\n");
}

/// How many abstract states were reached, against runs, each doubling of which takes the same room.
fn coverage(share: &Share, text: &mut String) {
    let curve = share.coverage();
    let (Some(last), true) = (curve.last(), curve.len() > 1) else { return };
    let (wide, high) = (280.0, 120.0);
    let points: Vec<String> = (0_u32..)
        .zip(&curve)
        .map(|(nth, (_, states))| {
            let x = 10.0 + wide * f64::from(nth) / (curve.len() - 1) as f64;
            let y = 10.0 + high * (1.0 - *states as f64 / last.1.max(1) as f64);
            format!("{x:.1},{y:.1}")
        })
        .collect();
    let (runs, states) = last;
    let _ = writeln!(
        text,
        "<figure><figcaption><strong>Abstract states reached</strong></figcaption>\
         <svg viewBox=\"0 0 300 150\" width=\"300\" height=\"150\" role=\"img\" aria-label=\"{states} states after {runs} \
         runs\"><line x1=\"10\" y1=\"130\" x2=\"290\" y2=\"130\"></line><polyline points=\"{}\"></polyline>\
         <text x=\"10\" y=\"145\">1 run</text><text x=\"290\" y=\"145\" text-anchor=\"end\">{runs} runs: {states}</text></svg>\
         <p class=\"soft\">The next seed shows a new one with a chance of about {:.2} %<br />(an estimate after Good and \
         Turing)</p></figure>",
        points.join(" "),
        share.news()
    );
}

/// The address of a file, as a page at another place links to it.
fn address(page: &Path, file: &Path) -> String {
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (page, file) = (whole(page), whole(file));
    let parts = |path: &Path| -> Vec<Vec<u8>> {
        let normal = path.components().filter_map(|part| match part {
            Component::Normal(name) => Some(name.as_encoded_bytes().to_vec()),
            _ => None,
        });
        normal.collect()
    };
    let (from, to) = (parts(page.parent().unwrap_or(&page)), parts(&file));
    let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let mut steps = vec!["..".to_owned(); from.len() - common];
    steps.extend(to[common..].iter().map(|name| encoded(name)));
    steps.join("/")
}

/// A name as a part of an address.
fn encoded(name: &[u8]) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let sign = |byte: &u8| if plain(*byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") };
    name.iter().map(sign).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_from_the_page_to_the_file() {
        for (page, file, link) in [
            ("report.html", "found/a.ron", "found/a.ron"),
            ("out/report.html", "found/a b.ron", "../found/a%20b.ron"),
            ("out/report.html", "out/50%/é.ron", "50%25/%C3%A9.ron"),
        ] {
            assert_eq!(address(Path::new(page), Path::new(file)), link);
        }
    }
}
