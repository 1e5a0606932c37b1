//! What a scenario file asks for: the world's plan and the system, or all that stands in the way.
//!
//! Knows which systems and checks there are; what can be told without them, the scenario says itself.

use super::runner::{applies, watches};
use super::{NoOperation, STANDARD, Story};
use crate::check;
use crate::scenario::{
    Draft, Expectation, File, Impact, MOST_OF_A_KIND, MOST_VARIATIONS, Matrix, Mistake, Mistakes, Place, Plan,
};
use crate::zoo::broadcast::Ground;
use crate::zoo::registry::{self, Unknown};
use crate::zoo::{AnySystem, Asked, System, Viewed, Visitor, specimen};

/// What finds something though it is no check of its own.
const OTHERS: [&str; 5] = ["panic", "livelock", "hang", "memory", "abort"];

/// Reads the text of a scenario file that can be run, or tells all that is wrong with it, in the order of the text.
pub fn read(text: &str) -> Result<File, Mistakes> {
    let mut draft = Draft::new(text);
    if let Some(file) = draft.file() {
        let (unfit, (_, unknown)) = (file.check(), system(file));
        draft.add(unfit);
        draft.add(unknown);
    }
    draft.finish()
}

/// What a file without a matrix asks for, or why it cannot be run.
pub fn resolve(file: &File) -> Result<(Plan, AnySystem), Mistakes> {
    let mut mistakes = file.check();
    if file.matrix.is_some() {
        mistakes.add(Mistake::new(Place::at("matrix"), "a matrix stands for several runs: resolve its variations"));
    }
    let (system, unknown) = system(file);
    mistakes.extend(unknown);
    match system {
        Some(system) if mistakes.is_empty() => {
            let plan = file.world.clone().plan().map_err(|refusals| refusals.mistakes().collect::<Mistakes>())?;
            Ok((plan, system))
        }
        _ => Err(mistakes),
    }
}

/// The runs that a file stands for, each a file without a matrix; those that its matrix passes over are left out.
pub fn variations(file: &File) -> Vec<File> {
    let passes = file.matrix.as_ref().is_some_and(|matrix| matrix.skip_misfits);
    let fits = |file: &File| !passes || !matches!(pair(file), Err(Unknown::Pair(..)));
    file.expand().into_iter().filter(fits).collect()
}

/// The same file with all that goes without saying: its users, and the checks that watch.
pub fn resolved(file: &File) -> Result<File, Mistakes> {
    let (_, system) = resolve(file)?;
    let mut resolved = File { clients: file.activity(), ..file.clone() };
    if resolved.checks.is_empty() {
        resolved.checks = watches(&[&STANDARD, system.checks()].concat());
    }
    Ok(resolved)
}

fn pair(file: &File) -> Result<AnySystem, Unknown> {
    registry::system(&file.system.data, &file.system.sync)
}

/// The system that a file is about, or the last of several, and what is wrong with what the file wants of it.
fn system(file: &File) -> (Option<AnySystem>, Mistakes) {
    let Some(matrix) = &file.matrix else {
        return file.world.names.scope(|| wanted(file));
    };
    let mut mistakes = Mistakes::default();
    if matrix.count() > MOST_VARIATIONS {
        return (None, mistakes);
    }
    // Sizes and paces are all the same to a system.
    let systems = Matrix { replicas: Vec::new(), period: Vec::new(), ..matrix.clone() };
    let alike = File { matrix: Some(systems), ..file.clone() };
    let mut last = None;
    for one in variations(&alike) {
        let (system, unknown) = file.world.names.scope(|| wanted(&one));
        let varied = |mistake| in_matrix(mistake, &one, matrix);
        mistakes.extend(unknown.into_iter().map(varied));
        last = system.or(last);
    }
    if last.is_none() && mistakes.is_empty() {
        mistakes.add(Mistake::new(Place::at("matrix"), "none of these data types runs on one of these syncs"));
    }
    (last, mistakes)
}

/// A mistake about a variation, where what is varied stands in the matrix.
fn in_matrix(mistake: Mistake, one: &File, matrix: &Matrix) -> Mistake {
    let entry = |list: &str, all: &[String], name: &str| {
        all.iter().position(|listed| listed == name).map(|nth| Place::at(format!("matrix.{list}[{nth}]")))
    };
    let data = || entry("data", &matrix.data, &one.system.data);
    let sync = || entry("sync", &matrix.sync, &one.system.sync);
    let specimen = || entry("specimen", &matrix.specimen, one.system.specimen.as_deref()?);
    let Place::Value(path, _) = &mistake.place else { return mistake };
    match path.as_str() {
        "system" => Mistake { place: Place::at("matrix"), ..mistake },
        "system.data" => Mistake { place: data().unwrap_or_else(|| mistake.place.clone()), ..mistake },
        "system.specimen" => Mistake { place: specimen().unwrap_or_else(|| mistake.place.clone()), ..mistake },
        "system.sync" => {
            let mistake = match (sync(), data()) {
                (Some(_), Some(data)) => mistake.beside(data, "with this"),
                (None, Some(data)) => Mistake { place: data, ..mistake },
                _ => mistake,
            };
            Mistake { place: sync().unwrap_or_else(|| mistake.place.clone()), ..mistake }
        }
        _ => mistake,
    }
}

/// The system that a file without a matrix is about, and what is wrong with what the file wants of it.
fn wanted(file: &File) -> (Option<AnySystem>, Mistakes) {
    let mut mistakes = Mistakes::default();
    let system = match named(file) {
        Ok(system) => Some(system),
        Err(mistake) => {
            mistakes.add(*mistake);
            None
        }
    };
    checks(file, system.as_ref(), &mut mistakes);
    if let Some(system) = &system {
        mistakes.extend(system.clone().visit(Operations(file)));
    }
    (system, mistakes)
}

fn named(file: &File) -> Result<AnySystem, Box<Mistake>> {
    let asked = &file.system;
    let place = |field: &str| Place::at(format!("system.{field}"));
    if let Some(name) = &asked.broadcast {
        if !asked.data.is_empty() || !asked.sync.is_empty() || asked.specimen.is_some() {
            let says = "a broadcast stands in the place of a data type and a sync: leave the others out";
            return Err(Mistake::new(place("broadcast"), says).into());
        }
        // Where the world cannot be, that is told by itself.
        let mesh = file.world.clone().plan().map_or(true, |plan| plan.links().is_full());
        return registry::broadcast(name, asked.period, Ground { mesh, ..Ground::HOSTILE }).map_err(|unknown| {
            match unknown {
                Unknown::Network(..) => Mistake::new(place("broadcast"), unknown).into(),
                _ => {
                    let all: Vec<&str> = registry::broadcasts().map(|entry| entry.name).collect();
                    Mistake::unknown(place("broadcast"), format!("no broadcast is called `{name}`"), name, &all)
                        .help("`squall list broadcasts` names all there are")
                        .into()
                }
            }
        });
    }
    if let Some(name) = &asked.specimen {
        if !asked.data.is_empty() || !asked.sync.is_empty() {
            let says = "a specimen stands in the place of a data type and a sync: leave `data` and `sync` out";
            return Err(Mistake::new(place("specimen"), says).into());
        }
        return registry::specimen(name).map_err(|_| {
            let all: Vec<&str> = specimen::all().map(|one| one.name).collect();
            Mistake::unknown(place("specimen"), format!("no specimen is called `{name}`"), name, &all)
                .help("`squall list specimens` names all there are")
                .into()
        });
    }
    let all: Vec<(&str, Vec<&str>)> = registry::all().collect();
    if asked.data.is_empty() {
        let says = "`system` names no data type: for example `data: \"or_set\"`";
        return Err(Mistake::new(Place::at("system"), says).help("`squall list types` names all there are").into());
    }
    let runs_on = all.iter().find(|(name, _)| *name == asked.data).map(|(_, syncs)| syncs.join(", "));
    match (pair(file), runs_on) {
        (Ok(system), _) => Ok(system),
        (Err(Unknown::Pair(data, sync, reason, _)), Some(others)) => {
            let says = format!("`{data}` does not run on `{sync}`: {reason}");
            Err(Mistake::new(place("sync"), says).help(format!("it runs on {others}")).into())
        }
        (Err(_), None) => {
            let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
            let data = &asked.data;
            Err(Mistake::unknown(place("data"), format!("no data type is called `{data}`"), data, &names)
                .help("`squall list types` names all there are")
                .into())
        }
        (Err(_), Some(others)) if asked.sync.is_empty() => {
            let says = format!("`system` names no sync for `{}`: it runs on {others}", asked.data);
            Err(Mistake::new(Place::at("system"), says).into())
        }
        (Err(_), Some(others)) => {
            let names: Vec<&str> = all.iter().flat_map(|(_, syncs)| syncs).copied().collect();
            let sync = &asked.sync;
            Err(Mistake::unknown(place("sync"), format!("no sync is called `{sync}`"), sync, &names)
                .help(format!("`{}` runs on {others}", asked.data))
                .into())
        }
    }
}

/// What is wrong with the checks that watch, and with what they are expected to find.
fn checks(file: &File, system: Option<&AnySystem>, mistakes: &mut Mistakes) {
    let all: Vec<&str> = check::ALL.iter().map(|about| about.name).collect();
    let help = "`squall list checks` names all there are";
    for (nth, watch) in file.checks.iter().take(MOST_OF_A_KIND).enumerate() {
        let (name, place) = (watch.check.as_str(), Place::at(format!("checks[{nth}].check")));
        let earlier = file.checks[..nth].iter().position(|earlier| earlier.check == name);
        if !all.contains(&name) {
            mistakes.add(Mistake::unknown(place, format!("no check is called `{name}`"), name, &all).help(help));
        } else if let Some(earlier) = earlier {
            let first = Place::at(format!("checks[{earlier}].check"));
            let says = format!("`{name}` watches twice: leave one out");
            mistakes.add(Mistake::new(place, says).beside(first, "it is named here first"));
        } else if system.is_some_and(|system| !applies(name, system.checks())) {
            let says = format!("`{name}` does not apply: this system does not promise what it looks for");
            mistakes.add(Mistake::new(place, says).help(format!("`squall explain {name}` tells what that is")));
        }
    }
    let promised = system.map_or(&[][..], |system| system.checks());
    let watches = |name: &str| match &file.checks[..] {
        [] => STANDARD.contains(&name) || promised.contains(&name),
        named => named.iter().take(MOST_OF_A_KIND).any(|watch| watch.check == name),
    };
    let mut wanted = |name: &str, place: Place| {
        if !all.contains(&name) {
            mistakes.add(Mistake::unknown(place, format!("no check is called `{name}`"), name, &all).help(help));
        } else if !watches(name) && system.is_some() {
            let says =
                format!("`{name}` does not watch, and finds nothing: name it, as `checks: [(check: \"{name}\")]`");
            mistakes.add(Mistake::new(place, says));
        }
    };
    if let Expectation::Violates(name) = &file.expect
        && !OTHERS.contains(&name.as_str())
    {
        wanted(name, Place::at("expect.0"));
    }
    for (nth, impact) in file.witness.iter().flatten().take(MOST_OF_A_KIND).enumerate() {
        if let Impact::Judged(name, _) = impact {
            wanted(name, Place::at(format!("witness[{nth}].0")));
        }
    }
}

/// Whether a system has the operations that a file asks for.
struct Operations<'a>(&'a File);

impl Visitor for Operations<'_> {
    type Output = Vec<Mistake>;

    fn visit<O: Asked, V: Viewed>(self, _: System<O, V>) -> Self::Output {
        let unknown = Story::<O>::wanted(self.0).err().unwrap_or_default();
        unknown.iter().map(NoOperation::mistake).collect()
    }
}
