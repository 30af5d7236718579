using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Ec2.Permissions;

namespace MultiEni.Controller.Tests.Ec2.Permissions;

public sealed class PermissionLedgerTests
{
    private readonly PermissionLedger ledger = new();
    private int changes;

    public PermissionLedgerTests() => ledger.Changed = () => changes++;

    [Fact]
    public void A_refused_action_is_on_record_once_until_it_succeeds()
    {
        Refuse("UnauthorizedOperation");
        Refuse("UnauthorizedOperation");
        Assert.Equal(Ec2Actions.CreateNetworkInterface, Assert.Single(ledger.Denied).Action);
        Assert.Equal(1, changes);

        ledger.Answered(Ec2Actions.CreateNetworkInterface, null);

        Assert.Empty(ledger.Denied);
        Assert.Equal(2, changes);
    }

    [Theory]
    [InlineData("DryRunOperation", false)]
    [InlineData("RequestLimitExceeded", true)]
    [InlineData("InternalError", true)]
    [InlineData("SomethingNew", true)]
    public void Only_an_answer_that_proves_the_permission_clears_it(string code, bool stillDenied)
    {
        Refuse("UnauthorizedOperation");

        Refuse(code);

        Assert.Equal(stillDenied, ledger.Denied.Count > 0);
    }

    [Fact]
    public void Success_of_another_action_clears_nothing()
    {
        Refuse("UnauthorizedOperation");

        ledger.Answered(Ec2Actions.DescribeSubnets, null);

        Assert.Single(ledger.Denied);
    }

    private void Refuse(string code) =>
        ledger.Answered(Ec2Actions.CreateNetworkInterface, FailureTable.Classify(Ec2Actions.CreateNetworkInterface, code, "text"));
}
