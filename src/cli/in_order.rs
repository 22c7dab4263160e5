//! [`in_order`]: the same work for many things, on all processors, with the results in the things' order.

use std::{
    num::NonZero,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

/// How many things wait for each worker, and how many results of it wait to be taken. It bounds the memory that is in
/// use, whatever is slow.
const AHEAD: usize = 2;

/// Does `work` for each input, on a thread a processor, and hands each result to `take` on this thread, in the order of
/// the inputs. Inputs may come slowly: each is worked on as soon as it is there.
///
/// # Errors
/// The first error of `take`: nothing is taken after it.
pub(super) fn in_order<I: Send, T: Send, E>(
    mut inputs: impl Iterator<Item = I> + Send,
    work: impl Fn(I) -> T + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let workers = inputs.size_hint().1.map_or(processors, |most| most.min(processors));
    if workers <= 1 {
        return inputs.try_for_each(|input| take(work(input)));
    }
    let work = &work;
    thread::scope(|scope| {
        let (mut queues, mut results) = (Vec::new(), Vec::new());
        for _ in 0..workers {
            let (queue, waiting) = sync_channel(AHEAD);
            let (done, result) = sync_channel(AHEAD);
            queues.push(queue);
            results.push(result);
            scope.spawn(move || run(&waiting, work, &done));
        }
        scope.spawn(move || deal(&mut inputs, &queues));
        let mut turns = (0..workers).cycle();
        // A worker that ended by itself has panicked; the scope says so.
        while let Some(result) = turns.next().and_then(|turn| results[turn].recv().ok()) {
            take(result)?;
        }
        Ok(())
    })
}

/// Deals the inputs to the workers, one after the other, until nobody wants more.
fn deal<I>(inputs: &mut impl Iterator<Item = I>, queues: &[SyncSender<I>]) {
    for (input, queue) in inputs.zip(queues.iter().cycle()) {
        if queue.send(input).is_err() {
            return;
        }
    }
}

/// Works until there is nothing more to do, or nobody takes the results.
fn run<I, T>(waiting: &Receiver<I>, work: &impl Fn(I) -> T, done: &SyncSender<T>) {
    for input in waiting {
        if done.send(work(input)).is_err() {
            return;
        }
    }
}
