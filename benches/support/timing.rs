//! How long something takes.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

/// How long a measurement of one case may take.
const BUDGET: Duration = Duration::from_millis(700);

/// Two or more ways to do the same, measured in turns, so that whatever else the machine does slows all of them. The
/// median of each.
pub(crate) fn in_turns<const N: usize>(mut ways: [Box<dyn FnMut() -> Duration + '_>; N]) -> [Duration; N] {
    let (started, mut times) = (Instant::now(), [const { Vec::new() }; N]);
    let budget = BUDGET * u32::try_from(N).unwrap();
    while times[0].len() < 5 || started.elapsed() < budget {
        for (way, times) in ways.iter_mut().zip(&mut times) {
            times.push(way());
        }
    }
    times.map(median)
}

/// The time of one run with an input that is made before; what it makes goes after.
pub(crate) fn once<I, T>(input: I, run: impl FnOnce(I) -> T) -> Duration {
    let input = black_box(input);
    let start = Instant::now();
    let made = black_box(run(input));
    let time = start.elapsed();
    drop(made);
    time
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// The median of a few runs.
pub(crate) fn median_of<T>(runs: usize, mut run: impl FnMut() -> T) -> Duration {
    median((0..runs).map(|_| once((), |()| run())).collect())
}

pub(crate) fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// How many times as long one is as another.
pub(crate) fn ratio(time: Duration, other: Duration) -> f64 {
    time.as_secs_f64() / other.as_secs_f64()
}

/// A time in microseconds, with so many digits as mean something.
pub(crate) fn shown(time: Duration) -> String {
    let micros = micros(time);
    if micros < 100.0 { format!("{micros:.1}") } else { format!("{micros:.0}") }
}
