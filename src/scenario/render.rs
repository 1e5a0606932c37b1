//! Mistakes as a person reads them: the line of the file, what is wrong underlined, and what would be right.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};

use super::{Mistake, Mistakes, Place, Spot};

/// Labels that are longer stand below the line.
const LONGEST_LABEL: usize = 60;
/// Places that are further apart are not shown together.
const FURTHEST: usize = 20_000;
/// No more of a line is looked at than this, before what is wrong and behind it.
const MOST_BEFORE: usize = 1_000;
/// Longer lines are cut around what is wrong.
const WIDEST: usize = 140;

impl Mistakes {
    /// All of them, with the lines of the file that they stand in: its name is what a person calls it by, and its
    /// text what was read.
    pub fn render(&self, name: &str, text: &str, coloured: bool) -> String {
        let renderer = if coloured { Renderer::styled() } else { Renderer::plain() };
        let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(WIDEST);
        let mut all = String::new();
        for mistake in self.clone().located(text).iter() {
            all += render(mistake, name, text, &renderer).trim_end();
            all += "\n\n";
        }
        if self.untold() > 0 {
            all += &format!("and {} more\n\n", self.untold());
        }
        all
    }
}

fn render(mistake: &Mistake, name: &str, text: &str, renderer: &Renderer) -> String {
    let nowhere = Spot { line: 1, column: 1, ..Spot::default() };
    let spot = |place: &Place| match place {
        Place::Text(spot) => spot.clone(),
        Place::Value(..) => nowhere.clone(),
    };
    let at = spot(&mistake.place);
    let beside = mistake.beside.as_ref().map(|(place, says)| (spot(place), says));
    let beside = beside.filter(|(there, _)| there.span.start.abs_diff(at.span.start) < FURTHEST);
    // Only the lines that matter are handed on.
    let first = beside.as_ref().map_or(&at, |(there, _)| if there.span.start < at.span.start { there } else { &at });
    let last = beside.as_ref().map_or(at.span.end, |(there, _)| there.span.end.max(at.span.end));
    let start = text[..first.span.start].rfind('\n').map_or(0, |newline| newline + 1);
    let start = boundary(text, start.max(first.span.start.saturating_sub(MOST_BEFORE)));
    let end = text[last..].find('\n').map_or(text.len(), |newline| last + newline);
    let end = boundary(text, end.min(last + MOST_BEFORE));
    let long = mistake.label.chars().count() > LONGEST_LABEL;
    let annotation = AnnotationKind::Primary.span(at.span.start - start..at.span.end - start);
    let label = (!long && !mistake.label.is_empty()).then_some(mistake.label.as_str());
    // Of a line that is cut at its beginning, the columns have to be told.
    let whole = start == 0 || text.as_bytes().get(start - 1) == Some(&b'\n');
    let origin = (!whole).then(|| Origin::path(name).line(at.line).char_column(at.column));
    let mut snippet = Snippet::source(&text[start..end]).line_start(first.line).annotation(annotation.label(label));
    if let Some((there, says)) = &beside {
        let span = there.span.start - start..there.span.end - start;
        snippet = snippet.annotation(AnnotationKind::Context.span(span).label(says.as_str()));
    }
    let title = Level::ERROR.primary_title(mistake.title.as_str());
    let mut group = match origin {
        Some(origin) => title.element(origin).element(snippet),
        None => title.element(snippet.path(name)),
    };
    for help in long.then_some(mistake.label.as_str()).into_iter().chain(mistake.help.as_deref()) {
        group = group.element(Level::HELP.message(help));
    }
    renderer.render(&[group])
}

/// The closest place at a byte or before it that lies between two characters.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}
