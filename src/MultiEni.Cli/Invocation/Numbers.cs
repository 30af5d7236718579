using System.CommandLine;

namespace MultiEni.Cli.Invocation;

/// <summary>Options that are numbers.</summary>
internal static class Numbers
{
    /// <summary>Refuses what is not a number between two others, both included.</summary>
    public static void Within(Option<int> option, int minimum, int maximum) =>
        // The text itself is looked at: asking for the value of one that is no number throws.
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !(int.TryParse(token.Value, out var number) && number >= minimum && number <= maximum))
            {
                result.AddError($"{option.Name} is '{token.Value}'; it must be a number from {minimum} to {maximum}");
            }
        });
}
