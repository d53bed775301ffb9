//! Steps of Google Cloud Build, in which a command is spread over the image, the entry point and a list of arguments.

use super::super::manifest;

/// A step that is being read.
#[derive(Default)]
struct Step<'t> {
    column: usize,
    name: &'t str,
    entrypoint: &'t str,
    arguments: Vec<&'t str>,
    /// The line of its arguments.
    line: usize,
    /// The column of the key `args` while its items follow.
    in_arguments: Option<usize>,
}

impl Step<'_> {
    /// The command as it would be typed: the program is the entry point, else what the image is called.
    fn command(&self) -> Option<(usize, String)> {
        let image = self.name.split(['@', ':']).next().unwrap_or(self.name);
        let program = if self.entrypoint.is_empty() { image } else { self.entrypoint };
        let program = program.rsplit('/').next().unwrap_or(program);
        (!self.arguments.is_empty()).then(|| (self.line, format!("{program} {}", self.arguments.join(" "))))
    }
}

/// The commands of all steps, with the lines of their arguments.
pub(super) fn commands(text: &str) -> Vec<(usize, String)> {
    let mut commands = Vec::new();
    let mut step = Step::default();
    for (number, line) in (1..).zip(text.lines()) {
        let item = line.trim_start().strip_prefix("- ");
        let indent = line.len() - line.trim_start().len();
        if let (Some(column), Some(item)) = (step.in_arguments, item)
            && indent >= column
        {
            step.arguments.push(manifest::unquoted(item.trim()));
            continue;
        }
        let Some(entry) = manifest::entry(line) else { continue };
        if entry.begins_item && (step.column == 0 || entry.indent <= step.column) {
            commands.extend(std::mem::take(&mut step).command());
            step.column = entry.indent;
        }
        step.in_arguments = None;
        match entry.key {
            "name" if entry.indent == step.column => step.name = entry.value(),
            "entrypoint" => step.entrypoint = entry.value(),
            "args" => {
                step.line = number;
                step.in_arguments = entry.value().is_empty().then_some(entry.indent);
                let flow = entry.value().trim_matches(['[', ']']).split(',');
                step.arguments = flow.map(|word| manifest::unquoted(word.trim())).collect();
                step.arguments.retain(|word| !word.is_empty());
            }
            _ => {}
        }
    }
    commands.extend(step.command());
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_says_its_command_in_parts() {
        let text = "steps:\n- name: gcr.io/cloud-builders/docker\n  args: ['build', '-t', 'x', '.']\n- name: gcr.io/google.com/cloudsdktool/cloud-sdk\n  entrypoint: gcloud\n  args:\n  - run\n  - deploy\n  - fn\n- name: 'gcr.io/cloud-builders/kubectl:1'\n  args: [apply, -f, k8s]\n  env: ['A=b']\nimages: [x]\n";
        let expected =
            [(3, "docker build -t x ."), (6, "gcloud run deploy fn"), (11, "kubectl apply -f k8s")];
        let expected = expected.map(|(line, command)| (line, command.to_owned()));
        assert_eq!(commands(text), expected);
    }
}
