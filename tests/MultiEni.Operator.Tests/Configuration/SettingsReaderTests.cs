using MultiEni.Operator.Configuration;

namespace MultiEni.Operator.Tests.Configuration;

public sealed class SettingsReaderTests
{
    [Theory]
    [InlineData("", "", "30s", "default")]
    [InlineData("", "5m", "5m", "environment")]
    [InlineData("--check-interval=1m", "5m", "1m", "flag")]
    [InlineData("--check-interval 1m", "", "1m", "flag")]
    [InlineData("-check-interval=1m", "", "1m", "flag")]
    [InlineData("-check-interval 1m", "", "1m", "flag")]
    [InlineData("--check-interval=1m --check-interval=2m", "", "2m", "flag")]
    public void A_flag_goes_over_the_environment_and_that_over_the_default(string line, string variable, string expected, string source)
    {
        var reader = Reader(line, ("CHECK_INTERVAL", variable));

        var value = reader.Duration("check-interval", "CHECK_INTERVAL", TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1), "Resync.");
        reader.Finish();

        Assert.True(GoDuration.TryParse(expected, out var duration));
        Assert.Equal(duration, value);
        Assert.Equal(source, Assert.Single(reader.Effective).Source);
    }

    [Theory]
    [InlineData("", true, true)]
    [InlineData("--debug", false, true)]
    [InlineData("--debug=false", true, false)]
    [InlineData("-debug=T", false, true)]
    public void A_switch_alone_is_true(string line, bool fallback, bool expected)
    {
        var reader = Reader(line);

        Assert.Equal(expected, reader.Boolean("debug", null, fallback, "More."));
        reader.Finish();
    }

    [Fact]
    public void All_errors_come_together_with_name_value_and_what_is_allowed()
    {
        var reader = Reader("--workers=many --unknwon=3 stray --metrics-addr", ("LEVEL", "loud"), ("PERIOD", "10"));
        reader.Integer("workers", null, 5, 1, 100, "Workers.");
        reader.Choice(null, "LEVEL", "info", ["info", "debug"], "Level.");
        reader.Duration(null, "PERIOD", TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1), "Period.");
        reader.Text("metrics-addr", null, ":8080", "Address.");
        reader.Text("unknown", null, "", "Something.");

        var errors = Assert.Throws<SettingsException>(reader.Finish).Errors;

        Assert.Equal(
            [
                "--workers: 'many' is not allowed; it must be a whole number from 1 to 100.",
                "LEVEL: 'loud' is not allowed; it must be one of info, debug.",
                "PERIOD: '10' is not allowed; it must be a duration such as 30s, 5m or 1h30m, at least 1s.",
                "--metrics-addr needs a value: text.",
                "--unknwon is not known; did you mean --unknown?",
                "The argument 'stray' belongs to no setting.",
            ],
            errors
        );
    }

    [Fact]
    public void Secrets_are_shown_nowhere()
    {
        var reader = Reader("", ("PASSWORD", "hunter2"));

        Assert.Equal("hunter2", reader.Text(null, "PASSWORD", "", "Secret.", secret: true));

        Assert.Equal("(hidden)", Assert.Single(reader.Effective).Value);
    }

    [Fact]
    public void Help_names_flag_variable_default_and_what_is_allowed()
    {
        var reader = Reader("--help");
        reader.Integer("workers", "WORKERS", 5, 1, 100, "Keys worked on at once.");
        reader.Finish();

        Assert.True(reader.HelpRequested);
        var help = reader.Help("Attaches ENIs.");
        Assert.Contains("Usage: test", help, StringComparison.Ordinal);
        Assert.Contains("--workers, WORKERS", help, StringComparison.Ordinal);
        Assert.Contains("Keys worked on at once. (a whole number from 1 to 100; default 5)", help, StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_are_split_and_trimmed() => Assert.Equal(["a", "b"], Reader("", ("NAMES", " a,,b ")).List(null, "NAMES", "", "Names."));

    [Fact]
    public void A_parser_says_what_is_allowed()
    {
        var reader = Reader("--port=x");
        reader.Parsed("port", null, "1", text => text == "1" ? 1 : throw new FormatException("one"), "Port.");

        Assert.Equal(["--port: 'x' is not allowed; it must be one."], Assert.Throws<SettingsException>(reader.Finish).Errors);
    }

    private static SettingsReader Reader(string line, params (string Name, string Value)[] variables) =>
        new(
            "test",
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            name => variables.FirstOrDefault(variable => variable.Name == name).Value
        );
}
