using Microsoft.Extensions.Logging;
using MultiEni.Operator.Client;
using MultiEni.Operator.Hosting;
using MultiEni.Operator.LeaderElection;
using MultiEni.Operator.Logging;

namespace MultiEni.Operator.Tests.Hosting;

public sealed class ProgramHostTests : IDisposable
{
    private readonly StringWriter _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task A_program_that_ends_by_itself_succeeds_and_its_settings_are_in_the_log()
    {
        var code = await RunAsync(["--depth=3"], _ => Task.CompletedTask);

        Assert.Equal(ProgramHost.Success, code);
        Assert.Contains("Setting depth = 3 (flag)", _log.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--depth=deep", "depth: 'deep' is not allowed")]
    [InlineData("--dept=3", "--dept")]
    public async Task An_invalid_setting_is_logged_and_nothing_runs(string argument, string logged)
    {
        var code = await RunAsync([argument], _ => throw new InvalidOperationException("it ran"));

        Assert.Equal(ProgramHost.BadSettings, code);
        Assert.Contains(logged, _log.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("it ran", _log.ToString(), StringComparison.Ordinal);
    }

    public static TheoryData<string, int> Failures { get; } =
        new()
        {
            { nameof(KubernetesConfigException), ProgramHost.BadSettings },
            { nameof(LeadershipLostException), ProgramHost.LeadershipLost },
            { nameof(InvalidOperationException), ProgramHost.Failure },
        };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_failure_decides_the_exit_code_and_is_in_the_log(string kind, int expected)
    {
        const string Message = "the kettle is empty";
        Exception failure = kind switch
        {
            nameof(KubernetesConfigException) => new KubernetesConfigException(Message),
            nameof(LeadershipLostException) => new LeadershipLostException(Message),
            _ => new InvalidOperationException(Message),
        };

        var code = await RunAsync([], _ => Task.FromException(failure));

        Assert.Equal(expected, code);
        Assert.Contains(Message, _log.ToString(), StringComparison.Ordinal);
    }

    private Task<int> RunAsync(string[] arguments, Func<int, Task> run) =>
        ProgramHost.RunAsync(
            new HostedProgram<int>(
                "kettle",
                "Boils.",
                _ => ConsoleLogging.Create(LogFormat.Text, LogLevel.Information, _log, TimeProvider.System),
                reader => reader.Integer("depth", null, 1, 0, 9, "How deep."),
                (depth, _, _) => run(depth)
            ),
            arguments,
            _ => null
        );
}
