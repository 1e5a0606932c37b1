//! Runs as pages and as JSON: whatever values they have, these are values and nothing else.
#![cfg(feature = "cli")]

use std::sync::Arc;

use serde_json::Value;
use squall::base::{Carries, Fate, Identity, Known, Links, Name, ReplicaId, RequestId, Seed, Span, Time, Update};
use squall::report::{Caption, Difference, Figures, json, page};
use squall::run::{Picture, State, Weight};
use squall::trace::{Cause, Kind, Moment};

const NORTH: ReplicaId = ReplicaId(0);
const SOUTH: ReplicaId = ReplicaId(1);
const MESSAGE: Name = Name(77);

/// North is asked for something, shows it, and tells south, which shows it too unless the message is lost.
fn told(shown: &str, lost: bool) -> Picture {
    let moment = |step: u64| Moment { at: Time(step * 1_000_000), step, name: Name(step) };
    let update = Update { replica: NORTH, number: 1 };
    let request = RequestId::default();
    let start = |replica: ReplicaId| Kind::Start { replica, identity: Identity(replica.0), durable: true };
    let fate = if lost { Fate::lost() } else { Fate::after(Span::millis(2)) };
    let body = format!("State({shown})");
    let mut kinds = vec![
        (1, start(NORTH)),
        (2, start(SOUTH)),
        (3, Kind::Request { request, replica: NORTH, op: format!("Do({shown})") }),
        (3, Kind::Accept { request, update, reading: Time(5), applied: true }),
        (3, Kind::Answer { request, replica: NORTH, answer: "Done".to_owned() }),
        (3, Kind::Send { message: MESSAGE, from: NORTH, to: SOUTH, size: 9, carries: Carries::Everything, body }),
        (3, Kind::Fate { message: MESSAGE, fate, cause: lost.then_some(Cause::Loss) }),
    ];
    let state = |step, replica, view: &str, updates: &[Update]| {
        let known: Known = updates.iter().copied().collect();
        State { step, replica, view: view.to_owned(), known }
    };
    let mut states = vec![state(1, NORTH, "{}", &[]), state(2, SOUTH, "{}", &[]), state(3, NORTH, shown, &[update])];
    if !lost {
        let (copy, sent, damaged) = (0, Time(3_000_000), false);
        kinds.push((5, Kind::Deliver { message: MESSAGE, copy, from: NORTH, to: SOUTH, sent, damaged }));
        kinds.push((5, Kind::Incorporate { replica: SOUTH, message: Some(MESSAGE), updates: Vec::new() }));
        states.push(state(5, SOUTH, shown, &[update]));
    }
    Picture {
        names: vec!["north".to_owned(), "south".to_owned()],
        links: Arc::new(Links::mesh(2)),
        seed: Seed(u64::MAX),
        faults: Vec::new(),
        trace: kinds.into_iter().map(|(step, kind)| (moment(step), kind)).collect(),
        states,
        weights: vec![Weight { step: 3, replica: NORTH, bytes: 12 }],
        run: None,
        judged: vec![("sec", 2)],
        finding: None,
    }
}

fn caption(title: &str) -> Caption {
    let [title, about, source, again] = [title, "a story", "(version: 1)", "squall run a.ron"].map(str::to_owned);
    Caption { title, about, source, again }
}

/// All JSON lines of a run.
fn lines(picture: &Picture) -> Vec<Value> {
    json(picture, &caption("a")).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// What a page gives its script.
fn data(page: &str) -> Value {
    let (_, data) = page.split_once(r#"<script type="application/json" id="data">"#).expect("the data");
    let (data, _) = data.split_once("</script>").expect("an end");
    serde_json::from_str(data).expect("JSON")
}

/// Values that somebody could wish to be more than values.
fn hostile() -> Vec<String> {
    [
        "</script><img src=x onerror=alert(1)>",
        "</SCRIPT ><svg onload=alert(1)>",
        "<!--<script>",
        "]]>{{script}}{{data}}",
        "\"'`&amp;&lt;",
        "\u{0}\u{1}\u{1b}[2J\u{7}\r\n\u{7f}\u{85}\u{9f}",
        "\u{202e}gnp.exe\u{200f}\u{2066}\u{feff}",
        "\u{2028}\u{2029}",
        "\\\\\"});alert(1)//",
    ]
    .map(str::to_owned)
    .to_vec()
}

#[test]
fn whatever_a_value_is_a_page_holds_it_as_text() {
    let usual = page((&told("{1}", false), &caption("a")), None);
    let tags = |page: &str| page.to_lowercase().matches('<').count();
    for value in hostile() {
        let picture = told(&value, false);
        let made = page((&picture, &caption(&value)), None);
        let shown = &data(&made)["runs"][0];
        let states = shown.as_array().expect("lines").iter().filter(|line| line["type"] == "state");
        assert_eq!(states.filter(|state| state["shows"] == value.as_str()).count(), 2, "{value:?}");
        assert_eq!(shown[0]["title"], value.as_str(), "{value:?}");
        assert_eq!(tags(&made), tags(&usual), "{value:?} made tags of its own");
        let steers = |c: char| c.is_control() && c != '\n' || ('\u{2028}'..='\u{202e}').contains(&c) || c == '\u{feff}';
        // The script itself says what steers, in other words.
        assert!(!made.contains(steers), "{value:?} steers");
    }
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let (one, other) = (told("{1}", false), told("{1}", true));
    for _ in 0..3 {
        assert_eq!(json(&one, &caption("a")), json(&told("{1}", false), &caption("a")));
        let both = || page((&one, &caption("a")), Some((&other, &caption("b"))));
        assert_eq!(both(), both());
    }
    assert_ne!(page((&one, &caption("a")), None), page((&other, &caption("a")), None));
}

#[test]
fn json_cuts_nothing_short_and_a_page_says_what_it_leaves_out() {
    let huge = "ö".repeat(500_000);
    let picture = told(&huge, false);
    assert_eq!(lines(&picture).iter().filter(|line| line["shows"] == huge.as_str()).count(), 2);
    let made = page((&picture, &caption("a")), None);
    assert!(made.len() < 400_000, "{} bytes", made.len());
    let shows = data(&made)["runs"][0].as_array().expect("lines").iter().rev().find_map(|line| {
        let shows = line["shows"].as_str()?;
        Some(shows.to_owned())
    });
    let shows = shows.expect("a state");
    assert!(shows.starts_with("öö") && shows.ends_with("… (980000 bytes more)"), "{}", &shows[shows.len() - 60..]);
}

#[test]
fn a_run_is_told_event_by_event_with_what_became_of_messages() {
    let lines = lines(&told("{1}", false));
    let of = |kind: &str| lines.iter().filter(|line| line["type"] == kind).collect::<Vec<_>>();
    assert_eq!(lines[0]["type"], "run");
    assert_eq!(lines[0]["seed"], "18446744073709551615", "seeds are texts");
    assert_eq!(of("event").len(), 4);
    let delivered = of("event")[3];
    assert_eq!(delivered["after"], serde_json::json!([2, 3]), "it followed from the sending, and from the start");
    assert_eq!(delivered["parts"][1]["message"], serde_json::json!([0, 0]));
    assert_eq!(of("message")[0]["copies"][0]["step"], 5);
    assert_eq!(of("state")[3]["knows"], serde_json::json!([[0, 1, 1]]));
    assert_eq!(lines.last().expect("an end")["figures"]["agreed"], 5_000_000);
}

#[test]
fn figures_tell_when_all_agreed_and_what_got_nowhere() {
    let well = Figures::of(&told("{1}", false));
    assert_eq!((well.updates, well.messages, well.bytes, well.delivered, well.lost), (1, 1, 9, 1, 0));
    assert_eq!(
        (well.last_update, well.agreed, well.heaviest),
        (Some(Time(3_000_000)), Some(Time(5_000_000)), Some(12))
    );
    let badly = Figures::of(&told("{1}", true));
    assert_eq!((badly.agreed, badly.delivered, badly.lost), (None, 0, 1));
}

#[test]
fn two_runs_part_where_the_first_thing_is_different() {
    let well = told("{1}", false);
    assert_eq!(Difference::first(&well, &told("{1}", false)), None);
    let parted = Difference::first(&told("{1}", true), &well).expect("a difference");
    assert_eq!((parted.here, parted.there), (Some(3), Some(3)));
    assert_eq!(
        parted.says,
        "here a message is lost at 00:00.003; there a message that leaves at 00:00.003 is under way for 2ms"
    );
    // What only messages say inside is no difference, and what is shown is one.
    let mut other = told("{1}", false);
    other.states[3].view = "{2}".to_owned();
    let parted = Difference::first(&well, &other).expect("a difference");
    assert_eq!(parted.says, "here south shows {1}; there south shows {2}");
    let mut deaf = told("{1}", false);
    deaf.states.truncate(3);
    let parted = Difference::first(&well, &deaf).expect("a difference");
    assert_eq!((parted.here, parted.there), (Some(5), Some(5)), "the event is there, and changes nothing");
    assert_eq!(parted.says, "here south shows {1}; there south still shows {}");
    assert_eq!(Difference::first(&deaf, &well).map(|parted| parted.there), Some(Some(5)));
    let page = data(&page((&well, &caption("a")), Some((&other, &caption("b")))));
    assert_eq!((&page["difference"]["here"], page["runs"].as_array().map(Vec::len)), (&Value::from(5), Some(2)));
}
