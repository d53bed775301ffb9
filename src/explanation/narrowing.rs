//! What an interview goes by: whether anything that may still be asked can change the outcome, and which answer narrows
//! most what is possible. A question that stays open may stay unknown for good.

use super::Engine;
use super::goals::Beyond;
use super::model::Frame;
use super::search::{End, Reach, Search};
use crate::rulebook::Value;

/// One point of margin where verdicts differ, against one of those beyond the outermost thresholds.
const POINT: i64 = 1000;

impl Engine {
    /// Whether it is proved that the verdict keeps this band and the recommended platform stays, whichever of the `open`
    /// questions are answered, and how. Whatever else is unknown stays so.
    pub fn is_closed_to(
        &self,
        values: &[Option<Value>],
        open: &[usize],
        band: usize,
        recommendation: usize,
    ) -> bool {
        let root = self.with_open(values, open);
        let mut search = self.search();
        let mut is_empty = |mut goal: Beyond| search.run(&root, &mut goal) == End::Exhausted;
        is_empty(Beyond::above(band))
            && is_empty(Beyond::below(band))
            && self.leads_to(&mut self.search(), &root, recommendation) == Some(true)
    }

    /// For each question asked about, by how much its answer narrows the bounds on the margin while the `open` questions
    /// may be answered or not: the mean over the classes of its answers, in thousandths of a point. Beyond the outermost
    /// thresholds no point changes a verdict, and counts as one thousandth of itself.
    pub fn narrowings(
        &self,
        values: &[Option<Value>],
        open: &[usize],
        questions: &[usize],
    ) -> Vec<(usize, i64)> {
        let root = self.with_open(values, open);
        let mut search = self.search();
        let whole = self.width(&mut search, &root);
        let mut frame = root.clone();
        let mut narrowing = |question: usize| {
            let classes = self.model.classes[question].len();
            let widths = (0..classes).map(|class| {
                frame.copy_from(&root);
                self.model.put(&mut frame.domains, question, class);
                self.model.settle_question(&mut frame, question);
                self.width(&mut search, &frame)
            });
            whole - widths.sum::<i64>() / i64::try_from(classes).unwrap_or(i64::MAX)
        };
        questions.iter().map(|question| (*question, narrowing(*question))).collect()
    }

    /// How far apart the bounds on the margin are, in thousandths of a point.
    fn width(&self, search: &mut Search<'_>, frame: &Frame) -> i64 {
        let Reach { margins: (least, most), sides, .. } = search.reach(frame);
        let mut thresholds = self.model.bands.iter().filter_map(|(to, _)| *to);
        let lowest = thresholds.next().unwrap_or_default();
        let highest = thresholds.next_back().unwrap_or(lowest) + 1;
        // A constraint that leaves one side alone is as far as a verdict can go.
        let from = match sides.compared {
            _ if sides.only_without => lowest,
            true => least.clamp(lowest, highest),
            false => highest,
        };
        let to = match sides.compared {
            _ if sides.only_with => highest,
            true => most.clamp(lowest, highest),
            false => lowest,
        };
        POINT * (to - from) + (most - least)
    }

    /// The frame of a set of answers and of all that it becomes when any of the `open` questions are answered.
    fn with_open(&self, values: &[Option<Value>], open: &[usize]) -> Frame {
        let mut frame = self.model.situation(&self.model.classes_of(values));
        for variable in open.iter().flat_map(|question| self.model.variables_of[*question].clone()) {
            frame.domains[variable] = self.model.variables[variable].all;
        }
        self.model.settle(&mut frame);
        frame
    }
}
