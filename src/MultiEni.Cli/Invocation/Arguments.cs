using System.CommandLine;

namespace MultiEni.Cli.Invocation;

/// <summary>Arguments of commands.</summary>
internal static class Arguments
{
    /// <summary>An optional name. A mistyped option is not taken for one.</summary>
    public static Argument<string?> OptionalName(string help, string description)
    {
        var argument = new Argument<string?>(help)
        {
            Description = description,
            HelpName = help,
            Arity = ArgumentArity.ZeroOrOne,
        };
        argument.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: ['-', ..] wrong }])
            {
                result.AddError($"There is no option {wrong}.");
            }
        });
        return argument;
    }
}
