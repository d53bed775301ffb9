//! What an interview ends by: whether anything that may still be asked can change the outcome. A question that stays open
//! may stay unknown for good.

use super::Engine;
use super::goals::{Beyond, OtherPlatform};
use super::model::Frame;
use super::search::End;
use crate::rulebook::Value;

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
            && self.search().run(&root, &mut OtherPlatform::new(recommendation)) == End::Exhausted
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
