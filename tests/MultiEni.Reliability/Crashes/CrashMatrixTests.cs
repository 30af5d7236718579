using MultiEni.Reliability.Lab;

namespace MultiEni.Reliability.Crashes;

/// <summary>
/// Rule 1: killed at any call, with any answer lost, and restarted, there is exactly one ENI for
/// each slot in the end and none beside.
/// </summary>
[Trait("suite", "crash-matrix")]
public class CrashMatrixTests(ITestOutputHelper output)
{
    public static TheoryData<string> Flows => [.. CrashFlow.All.Select(flow => flow.Name)];

    [Theory]
    [MemberData(nameof(Flows))]
    public Task A_controller_that_is_killed_or_not_answered_at_any_call_leaves_one_ENI_for_each_slot(string flow) =>
        HoldsAsync(flow, CrashConditions.Elected, writesOnly: false);

    /// <summary>
    /// Only at calls that change something: what reads show is what is wrong here.
    /// </summary>
    [Theory]
    [MemberData(nameof(Flows))]
    public Task A_controller_that_follows_at_once_and_is_shown_what_was_before_makes_no_second_ENI(string flow) =>
        HoldsAsync(flow, CrashConditions.Blind, writesOnly: true);

    /// <summary>
    /// Controller and ENI manager, each at its own calls and at each of its writes to the node.
    /// </summary>
    [Theory]
    [MemberData(nameof(Flows))]
    public Task A_controller_or_an_ENI_manager_that_is_killed_leaves_one_ENI_for_each_slot_and_no_device_behind(string flow) =>
        HoldsAsync(flow, CrashConditions.Managed, writesOnly: true);

    private async Task HoldsAsync(string name, CrashConditions conditions, bool writesOnly)
    {
        var begin = TimeProvider.System.GetTimestamp();
        var flow = CrashFlow.All.Single(candidate => candidate.Name == name);
        conditions = flow.Under(conditions);
        var matrix = new CrashMatrix(conditions.Cluster.RealManagers ? flow.OfBoundDevice() : flow, conditions);

        await matrix.RunAsync(writesOnly, TestContext.Current.CancellationToken);

        output.WriteLine(
            $"{name} {conditions.Name}: {matrix.Points} crash points in {TimeProvider.System.GetElapsedTime(begin).TotalSeconds:0} s; "
                + $"{matrix.NotStruck.Count} did not come up, because the flow made fewer of these calls than in the rehearsal"
        );
        foreach (var point in matrix.NotStruck)
        {
            output.WriteLine(point);
        }

        if (matrix.Failures.Count > 0)
        {
            throw new ReliabilityException(
                $"{matrix.Failures.Count} of {matrix.Points} crash points:\n{string.Join("\n\n", matrix.Failures.Take(3))}"
            );
        }

        Assert.InRange(matrix.NotStruck.Count, 0, matrix.Points / 20);
    }
}
