//! Holds the facade to its law: each method is one line that puts an event into the engine's channel, and nothing is
//! awaited before the event is in it.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the answer")]

const FACADE: &str = include_str!("../src/facade.rs");

/// The bodies of all methods, with their names.
fn methods() -> Vec<(&'static str, Vec<&'static str>)> {
    let mut methods = Vec::new();
    let mut lines = FACADE.lines();
    while let Some(line) = lines.next() {
        let Some(head) = line.trim_start().trim_start_matches("pub(crate) ").strip_prefix("async fn ") else {
            continue;
        };
        let name = head.split('(').next().unwrap();
        let body = lines.by_ref().map(str::trim).take_while(|line| *line != "}").collect();
        methods.push((name, body));
    }
    methods
}

#[test]
fn each_method_is_one_line_that_tells_the_engine_first() {
    let methods = methods();
    assert!(methods.len() > 10, "the methods are not found: {methods:?}");
    for (name, body) in methods {
        // The one for tests may panic before it tells anybody, as that is what it is for.
        let body = if name == "panic" { &body[1..] } else { &body[..] };
        let [line] = body else { panic!("{name} has {} lines: {body:?}", body.len()) };
        let tells = line.starts_with("self.engine.tell(") && line.ends_with(");");
        let asks = line.starts_with("self.engine.ask(") && line.ends_with(").await");
        assert!(tells || asks, "{name}: {line}");
        assert!(line.matches(".await").count() <= 1, "{name}: {line}");
    }
}

#[test]
fn telling_the_engine_waits_for_nothing() {
    let event = include_str!("../src/event.rs");
    let tell = event.split("fn tell(").nth(1).unwrap().split("\n    }").next().unwrap();
    assert!(!tell.contains(".await"), "{tell}");
    let ask = event.split("async fn ask").nth(1).unwrap().split("\n    }").next().unwrap();
    let told = ask.find("self.tell(").unwrap();
    assert!(ask.find(".await").unwrap() > told, "{ask}");
}
