using System.CommandLine;
using System.Text.Json.Serialization;
using MultiEni.Cli.Invocation;
using MultiEni.Cli.Output;

namespace MultiEni.Cli.Explain;

/// <summary>The command <c>explain</c>: describes a condition reason and its remedies.</summary>
internal static class ExplainCommand
{
    public static Command Create(CliContext context)
    {
        var reason = Arguments.OptionalName("REASON", "A condition reason, as shown by `kubectl eni status`. Without it, all reasons are listed.");
        reason.CompletionSources.Add(_ => ReasonGuide.Current.Entries.Select(entry => entry.Reason));
        var format = OutputFormats.Option(OutputFormats.Text, OutputFormats.Json, OutputFormats.Yaml);
        var page = new Option<bool>("--page") { Description = "Write docs/troubleshooting.md.", Hidden = true };
        var command = new Command("explain", "Explain a condition reason: its meaning, causes and remedies.") { reason, format, page };
        command.SetAction(parsed =>
        {
            var output = context.Output;
            if (parsed.GetValue(page))
            {
                output.Write(TroubleshootingPage.Write(ReasonGuide.Current));
            }
            else if (parsed.GetValue(reason) is { } asked)
            {
                Explain(Find(asked), parsed.GetValue(format)!, output, Paint.For(context));
            }
            else
            {
                List(parsed.GetValue(format)!, output, Paint.For(context));
            }

            return ExitCodes.Fine;
        });
        return command;
    }

    private static ReasonEntry Find(string asked)
    {
        if (ReasonGuide.Current.Find(asked) is { } entry)
        {
            return entry;
        }

        var near = ReasonGuide.Current.Near(asked);
        throw new CommandFailedException(
            $"there is no reason '{asked}'",
            near.Count > 0 ? $"Did you mean {string.Join(", ", near)}?" : "To list all reasons, run `kubectl eni explain`.",
            ExitCodes.Usage
        );
    }

    private static void Explain(ReasonEntry entry, string format, TextWriter output, Paint paint)
    {
        if (format != OutputFormats.Text)
        {
            MachineOutput.Write(output, format, entry, ExplainJson.Default.ReasonEntry);
            return;
        }

        output.WriteLine(paint.Strong(entry.Reason));
        output.WriteLine(entry.Meaning);
        Items(output, paint, "Causes", entry.Causes);
        Items(output, paint, "Remedy", entry.Remedies);
    }

    private static void Items(TextWriter output, Paint paint, string title, IReadOnlyList<string> items)
    {
        if (items.Count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine(paint.Strong(title));
        foreach (var item in items)
        {
            output.WriteLine($"- {item}");
        }
    }

    private static void List(string format, TextWriter output, Paint paint)
    {
        var entries = ReasonGuide.Current.Entries;
        if (format != OutputFormats.Text)
        {
            MachineOutput.Write(output, format, entries, ExplainJson.Default.IReadOnlyListReasonEntry);
            return;
        }

        var width = entries.Max(entry => entry.Reason.Length);
        foreach (var symptom in entries.GroupBy(entry => entry.Symptom))
        {
            output.WriteLine(paint.Strong(symptom.Key));
            foreach (var entry in symptom)
            {
                output.WriteLine($"  {entry.Reason.PadRight(width)}  {FirstSentence(entry.Meaning)}");
            }

            output.WriteLine();
        }
    }

    private static string FirstSentence(string text)
    {
        var end = text.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? text : text[..(end + 1)];
    }
}

/// <summary>Machine-readable form of the report.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true
)]
[JsonSerializable(typeof(ReasonEntry))]
[JsonSerializable(typeof(IReadOnlyList<ReasonEntry>))]
internal sealed partial class ExplainJson : JsonSerializerContext;
