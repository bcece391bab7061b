//! One walk over pulldown-cmark's events: the block structure as a flat list, nothing of what stands inside a line.

use std::ops::Range;

use memchr::memmem;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use tallymark_text::Span;

use crate::boxes::{box_at, bullet_at, line_end, skip_blanks, trim_end};
use crate::elements::Element;
use crate::{Ignored, IgnoredWhy, Problem, ProblemKind};

/// Index into [`Blocks::items`].
pub(crate) type ItemIndex = u32;

/// What matters to a plan, in document order.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Block {
    /// A heading outside lists and quotes. `text` is without `#`.
    Heading { level: u8, span: Span, text: Span },
    /// A line of a paragraph that may be a label: it begins in bold, or ends with a colon.
    Label { span: Span, item: Option<ItemIndex> },
    /// A list item.
    Item(ItemIndex),
    /// An XML element: an index into [`Blocks::elements`].
    Element(u32),
}

/// A list item outside quotes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item {
    /// From the bullet to the end of its last line with words.
    pub span: Span,
    /// Where pulldown-cmark ends it, blank lines included.
    whole_end: u32,
    /// The item around it.
    pub parent: Option<ItemIndex>,
    /// Whether its bullet is a number.
    pub ordered: bool,
}

/// A document's block structure.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    pub order: Vec<Block>,
    pub items: Vec<Item>,
    /// If there is only one, it is the title.
    pub headings_of_first_level: u32,
    /// Code, comments and outermost quotes, in document order.
    pub ignored: Vec<Ignored>,
    /// Comments, also those inside a line.
    pub comments: Vec<Span>,
    /// HTML blocks that are no comment: boxes in them do not count, and that is a problem.
    pub html: Vec<Span>,
    /// Code that is code by its indentation alone.
    pub indented: Vec<Span>,
    pub problems: Vec<Problem>,
    /// Whether links are defined: what a line says may then depend on lines far away.
    pub has_definitions: bool,
    /// XML elements outside code, in document order.
    pub elements: Vec<Element>,
}

impl Blocks {
    /// Puts elements among the blocks, each at its place; those in code are none.
    pub fn add_elements(&mut self, elements: Vec<Element>) {
        if elements.is_empty() {
            return;
        }
        let mut ignored = self.ignored.iter().peekable();
        self.elements = elements
            .into_iter()
            .filter(|element| {
                let at = element.line.start;
                while ignored.next_if(|ignored| ignored.span.end <= at).is_some() {}
                ignored.peek().is_none_or(|ignored| at < ignored.span.start)
            })
            .collect();
        let start = |block: &Block| match *block {
            Block::Heading { span, .. } | Block::Label { span, .. } => span.start,
            Block::Item(item) => self.items[item as usize].span.start,
            Block::Element(element) => self.elements[element as usize].line.start,
        };
        let mut order = Vec::with_capacity(self.order.len() + self.elements.len());
        let mut next = 0;
        for block in &self.order {
            while self.elements.get(next).is_some_and(|element| element.line.start <= start(block)) {
                order.push(Block::Element(next as u32));
                next += 1;
            }
            order.push(*block);
        }
        order.extend((next..self.elements.len()).map(|element| Block::Element(element as u32)));
        self.order = order;
    }
}

/// Walks over a part of a text that begins and ends between blocks. `text` is what pulldown-cmark sees; the spans fit the
/// source, which has the same length.
pub(crate) fn walk(text: &str, part: Range<usize>) -> Blocks {
    let mut walk = Walk {
        text,
        from: part.start,
        blocks: Blocks::default(),
        open: Vec::new(),
        ordered: Vec::new(),
        quotes: 0,
        in_words: false,
    };
    walk.blocks.order.reserve(part.len() / 64);
    walk.blocks.items.reserve(part.len() / 64);
    let parser = Parser::new_ext(&text[part], Options::empty());
    walk.blocks.has_definitions = parser.reference_definitions().iter().next().is_some();
    for (event, range) in parser.into_offset_iter() {
        walk.take(&event, range.start, range.end);
    }
    walk.blocks
}

struct Walk<'t> {
    text: &'t str,
    from: usize,
    blocks: Blocks,
    open: Vec<ItemIndex>,
    ordered: Vec<bool>,
    quotes: u32,
    /// Whether the words that come next continue a block.
    in_words: bool,
}

impl Walk<'_> {
    fn take(&mut self, event: &Event<'_>, start: usize, end: usize) {
        let (start, end) = (start + self.from, end + self.from);
        match event {
            Event::Start(Tag::BlockQuote(_)) => {
                if self.quotes == 0 {
                    self.ignore(start, end, IgnoredWhy::Quote);
                }
                self.quotes += 1;
            }
            Event::End(TagEnd::BlockQuote(_)) => {
                self.in_words = false;
                self.quotes -= 1;
            }
            _ if self.quotes > 0 => {}
            Event::Start(
                Tag::Emphasis
                | Tag::Strong
                | Tag::Strikethrough
                | Tag::Superscript
                | Tag::Subscript
                | Tag::Link { .. }
                | Tag::Image { .. },
            ) => self.words(start),
            Event::Start(tag) => self.start(tag, start, end),
            Event::End(TagEnd::Item) => {
                self.in_words = false;
                self.open.pop();
            }
            Event::End(TagEnd::List(_)) => {
                self.in_words = false;
                self.ordered.pop();
            }
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::CodeBlock | TagEnd::HtmlBlock)
            | Event::Rule => self.in_words = false,
            Event::SoftBreak | Event::HardBreak => self.label(end),
            Event::InlineHtml(_) => {
                self.words(start);
                if self.text[start..end].starts_with("<!--") {
                    self.ignore(start, end, IgnoredWhy::Comment);
                    self.blocks.comments.push(Span::new(start, end));
                }
            }
            Event::Text(_) | Event::Code(_) => self.words(start),
            _ => {}
        }
    }

    /// Words at `at`. Where a list is written without blank lines its paragraphs are not told; they begin with their words.
    fn words(&mut self, at: usize) {
        if !self.in_words {
            self.in_words = true;
            // A backslash is not told either.
            let escaped = at > self.from && self.text.as_bytes()[at - 1] == b'\\';
            self.label(at - usize::from(escaped));
        }
    }

    fn start(&mut self, tag: &Tag<'_>, start: usize, end: usize) {
        let bytes = self.text.as_bytes();
        self.in_words =
            matches!(tag, Tag::Paragraph | Tag::Heading { .. } | Tag::CodeBlock(_) | Tag::HtmlBlock);
        match tag {
            Tag::List(first) => self.ordered.push(first.is_some()),
            Tag::Item => {
                let index = self.blocks.items.len() as ItemIndex;
                let parent = self.open.last().copied();
                // Where many items end together, the blank lines behind them are looked at once.
                let last = match parent.map(|parent| self.blocks.items[parent as usize]) {
                    Some(parent) if parent.whole_end as usize == end => parent.span.end as usize,
                    _ => trim_end(bytes, start, end),
                };
                self.blocks.items.push(Item {
                    span: Span::new(start, last),
                    whole_end: end as u32,
                    parent,
                    ordered: self.ordered.last().copied().unwrap_or(false),
                });
                self.blocks.order.push(Block::Item(index));
                self.open.push(index);
            }
            Tag::Heading { level, .. } if self.open.is_empty() => self.heading(*level, start, end),
            Tag::Paragraph => self.label(start),
            Tag::CodeBlock(CodeBlockKind::Fenced(_)) => {
                self.ignore(start, end, IgnoredWhy::Code);
                if let Some(swallowed) = self.unclosed_fence(start, end) {
                    let kind = ProblemKind::UnclosedFence { swallowed };
                    let span = Span::new(start, line_end(bytes, start));
                    self.blocks.problems.push(Problem { span, kind, mend: Vec::new() });
                }
            }
            Tag::CodeBlock(CodeBlockKind::Indented) => self.blocks.indented.push(Span::new(start, end)),
            Tag::HtmlBlock => self.html(start, end),
            _ => {}
        }
    }

    fn ignore(&mut self, start: usize, end: usize, why: IgnoredWhy) {
        self.blocks.ignored.push(Ignored { span: Span::new(start, end), why });
    }

    fn heading(&mut self, level: HeadingLevel, start: usize, end: usize) {
        let bytes = self.text.as_bytes();
        let end = trim_end(bytes, start, end);
        let mut from = start;
        let mut to = line_end(bytes, start).min(end);
        if bytes.get(start) == Some(&b'#') {
            while bytes.get(from) == Some(&b'#') {
                from += 1;
            }
            from = skip_blanks(bytes, from).min(to);
            // The closing hashes count only behind a blank.
            let words = trim_end(bytes, from, to);
            let hashes = bytes[from..words].iter().rev().take_while(|&&byte| byte == b'#').count();
            if hashes == words - from || matches!(bytes[..words - hashes].last(), Some(b' ' | b'\t')) {
                to = words - hashes;
            }
        }
        to = trim_end(bytes, from, to);
        let (span, text) = (Span::new(start, end), Span::new(from, to));
        self.blocks.headings_of_first_level += u32::from(level == HeadingLevel::H1);
        self.blocks.order.push(Block::Heading { level: level as u8, span, text });
    }

    /// The line of a paragraph that begins at `at`, if it may be a label; also one in the middle of the paragraph, as nobody
    /// leaves a blank line each time.
    fn label(&mut self, at: usize) {
        let bytes = self.text.as_bytes();
        // The line of an item's bullet is read with the item.
        let bullet = self.open.last().map(|&item| self.blocks.items[item as usize].span.start as usize);
        if bullet.is_some_and(|bullet| memchr::memchr2(b'\n', b'\r', &bytes[bullet..at]).is_none()) {
            return;
        }
        let at = skip_blanks(bytes, at);
        let bold = matches!(bytes.get(at..at + 2), Some(b"**" | b"__"));
        let stop = line_end(bytes, at);
        let last = trim_end(bytes, at, stop);
        if at < last && (bold || bytes[last - 1] == b':' || self.text[at..last].ends_with('：')) {
            let item = self.item_around(at);
            self.blocks.order.push(Block::Label { span: Span::new(at, last), item });
        }
    }

    /// The innermost open item that a line of words at `at` belongs to. To markdown a line at the margin still continues the
    /// item above it; to a person it does not, if it is no further to the right than the item's bullet.
    fn item_around(&self, at: usize) -> Option<ItemIndex> {
        let innermost = *self.open.last()?;
        let bytes = self.text.as_bytes();
        let column = |at: usize| at - memchr::memrchr2(b'\n', b'\r', &bytes[..at]).map_or(0, |end| end + 1);
        let own = column(at);
        let mut item = Some(innermost);
        while let Some(index) = item {
            let around = self.blocks.items[index as usize];
            if own > column(around.span.start as usize) {
                break;
            }
            item = around.parent;
        }
        item
    }

    fn html(&mut self, start: usize, end: usize) {
        let block = &self.text[start..end];
        if let Some(rest) = block.strip_prefix("<!--") {
            self.ignore(start, end, IgnoredWhy::Comment);
            match rest.find("-->") {
                Some(length) => self.blocks.comments.push(Span::new(start, start + 4 + length + 3)),
                None => {
                    let kind = ProblemKind::UnclosedComment { swallowed: boxes_in(block) };
                    let span = Span::new(start, line_end(self.text.as_bytes(), start));
                    self.blocks.problems.push(Problem { span, kind, mend: Vec::new() });
                }
            }
            return;
        }
        let is = |name: &str| {
            block.get(1..=name.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(name))
                && block.as_bytes().get(name.len() + 1).is_none_or(|byte| !byte.is_ascii_alphanumeric())
        };
        if is("pre") || is("script") || is("style") || is("textarea") {
            self.ignore(start, end, IgnoredWhy::Code);
            return;
        }
        self.blocks.html.push(Span::new(start, end));
        let mut at = 0;
        while let Some(open) = memmem::find(&block.as_bytes()[at..], b"<!--").map(|found| at + found) {
            let close =
                memmem::find(&block.as_bytes()[open..], b"-->").map_or(block.len(), |found| open + found + 3);
            self.ignore(start + open, start + close, IgnoredWhy::Comment);
            self.blocks.comments.push(Span::new(start + open, start + close));
            at = close;
        }
    }

    /// If the fence that opens at `start` is never closed: how many lines that look like boxes lie behind it.
    fn unclosed_fence(&self, start: usize, end: usize) -> Option<u32> {
        let bytes = self.text.as_bytes();
        let fence = bytes[start];
        let length = bytes[start..end].iter().take_while(|&&byte| byte == fence).count();
        let last = trim_end(bytes, start, end);
        let closing = bytes[start..last].iter().rev().take_while(|&&byte| byte == fence).count();
        let alone = bytes[..last - closing]
            .iter()
            .rev()
            .take_while(|&&byte| !matches!(byte, b'\n' | b'\r'))
            .all(|&byte| matches!(byte, b' ' | b'\t' | b'>'));
        let first_line = line_end(bytes, start) >= last;
        if closing >= length && alone && !first_line {
            return None;
        }
        Some(boxes_in(&self.text[start..end]))
    }
}

/// How many lines look like a list item with a box.
fn boxes_in(text: &str) -> u32 {
    let bytes = text.as_bytes();
    let (mut at, mut count) = (0, 0);
    while at < bytes.len() {
        let end = line_end(bytes, at);
        let bullet = skip_blanks(bytes, at);
        if let Some(content) = bullet_at(bytes, bullet)
            && content < end
            && box_at(text, content).is_some()
        {
            count += 1;
        }
        at = end + 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tallymark_text::Source;

    use crate::{Dialect, Options, parse};

    #[test]
    fn a_label_directly_below_a_list_speaks_for_what_follows() {
        let text = "## Phase 1: Work\n\n- [ ] 1.1 Make folders:\n  - `docs/a/`\n  - `docs/b/`\n**VERIFY Phase 1:**\n- [ ] All is there\n\n## Phase 2: Rest\n\n- [ ] 2.1 Sleep\n";
        let options = Options { path: "", dialect: Some(Dialect::Phased) };
        let plan = parse(Arc::new(Source::new(text)), options);
        let titles: Vec<&str> = plan.tasks().map(|(task, _)| plan.title(task)).collect();
        assert_eq!(titles, ["Make folders:", "Sleep"]);
        assert_eq!(plan.criteria.len(), 1);
    }

    #[test]
    fn items_that_begin_on_one_line_see_a_label_once() {
        let text = "- - [ ] 1.1 Work\n**Phase 2: Rest**\n";
        let plan = parse(Arc::new(Source::new(text)), Options { path: "", dialect: Some(Dialect::Phased) });
        assert_eq!(plan.phases.len(), 1);
    }
}
