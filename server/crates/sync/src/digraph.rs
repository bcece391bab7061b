//! A directed graph of numbers, and what can be told of its circles. Nothing here recurses.

use std::collections::{HashMap, VecDeque};

/// Arrows between the numbers from 0 on: those of `i` lead to `ends[starts[i]..starts[i + 1]]`.
#[derive(Clone, Debug)]
pub(crate) struct Digraph {
    starts: Vec<u32>,
    ends: Vec<u32>,
}

impl Digraph {
    /// Without anything; [`push`](Self::push) and [`close`](Self::close) fill it from number 0 on.
    pub(crate) fn new() -> Self {
        Self { starts: vec![0], ends: Vec::new() }
    }

    /// One more arrow of the number that is open.
    pub(crate) fn push(&mut self, end: u32) {
        self.ends.push(end);
    }

    /// The number that is open has no more arrows; the next one is open.
    pub(crate) fn close(&mut self) {
        self.starts.push(self.ends.len() as u32);
    }

    /// How many numbers there are.
    pub(crate) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// How many arrows there are.
    pub(crate) fn arrows(&self) -> usize {
        self.ends.len()
    }

    /// Where the arrows of a number lead.
    pub(crate) fn after(&self, at: u32) -> &[u32] {
        &self.ends[self.starts[at as usize] as usize..self.starts[at as usize + 1] as usize]
    }

    /// For each group of numbers that lead to each other, one shortest circle through its first number.
    pub(crate) fn circles(&self, groups: &[u32]) -> Vec<Vec<u32>> {
        let mut seen = vec![false; self.len()];
        let mut circles = Vec::new();
        for at in 0..self.len() as u32 {
            if !std::mem::replace(&mut seen[groups[at as usize] as usize], true) {
                circles.extend(self.shortest(at, groups));
            }
        }
        circles
    }

    /// The shortest way from a number back to itself inside its group.
    fn shortest(&self, start: u32, groups: &[u32]) -> Option<Vec<u32>> {
        let group = groups[start as usize];
        let mut queue = VecDeque::from([start]);
        let mut before = HashMap::new();
        while let Some(at) = queue.pop_front() {
            for &next in self.after(at) {
                if next == start {
                    let mut circle = vec![at];
                    while let Some(&earlier) = before.get(&circle[circle.len() - 1]) {
                        circle.push(earlier);
                    }
                    circle.reverse();
                    return Some(circle);
                }
                if groups[next as usize] == group && !before.contains_key(&next) {
                    before.insert(next, at);
                    queue.push_back(next);
                }
            }
        }
        None
    }

    /// The strongly connected component of each number, by Tarjan's algorithm with its stack on the heap. An arrow from one
    /// component to another always leads to a smaller one.
    pub(crate) fn groups(&self) -> Vec<u32> {
        const UNSEEN: u32 = u32::MAX;
        let count = self.len();
        let mut order = vec![UNSEEN; count];
        let mut low = vec![0; count];
        let mut groups = vec![UNSEEN; count];
        let (mut next_order, mut next_group) = (0, 0);
        let mut open: Vec<u32> = Vec::new();
        // A number, and how many of its arrows have been followed.
        let mut path: Vec<(u32, usize)> = Vec::new();
        for root in 0..count as u32 {
            if order[root as usize] != UNSEEN {
                continue;
            }
            path.push((root, 0));
            while let Some(&mut (at, ref mut followed)) = path.last_mut() {
                let index = at as usize;
                if *followed == 0 {
                    order[index] = next_order;
                    low[index] = next_order;
                    next_order += 1;
                    open.push(at);
                }
                let next = self.after(at).get(*followed).copied();
                *followed += 1;
                match next {
                    Some(next) if order[next as usize] == UNSEEN => path.push((next, 0)),
                    Some(next) if groups[next as usize] == UNSEEN => {
                        low[index] = low[index].min(order[next as usize]);
                    }
                    Some(_) => {}
                    None => {
                        path.pop();
                        if let Some(&(above, _)) = path.last() {
                            low[above as usize] = low[above as usize].min(low[index]);
                        }
                        if low[index] == order[index] {
                            while let Some(member) = open.pop() {
                                groups[member as usize] = next_group;
                                if member == at {
                                    break;
                                }
                            }
                            next_group += 1;
                        }
                    }
                }
            }
        }
        groups
    }
}
