using MultiEni.Controller.Ec2;
using MultiEni.Controller.Ec2.Failures;
using MultiEni.Controller.Ec2.Permissions;

namespace MultiEni.Controller.Tests.Ec2.Permissions;

public sealed class PermissionLedgerTests
{
    private readonly PermissionLedger _ledger = new();
    private int _changes;

    public PermissionLedgerTests() => _ledger.Changes.Subscribe(_ => _changes++);

    [Fact]
    public void A_refused_action_is_on_record_once_until_it_succeeds()
    {
        Refuse("UnauthorizedOperation");
        Refuse("UnauthorizedOperation");
        Assert.Equal(Ec2Actions.CreateNetworkInterface, Assert.Single(_ledger.Denied).Action);
        Assert.Equal(1, _changes);

        _ledger.Answered((Ec2Actions.CreateNetworkInterface, null));

        Assert.Empty(_ledger.Denied);
        Assert.Equal(2, _changes);
    }

    [Theory]
    [InlineData("DryRunOperation", false)]
    [InlineData("RequestLimitExceeded", true)]
    [InlineData("InternalError", true)]
    [InlineData("SomethingNew", true)]
    [InlineData("AuthFailure", true)]
    public void Only_an_answer_that_proves_the_permission_clears_it(string code, bool stillDenied)
    {
        Refuse("UnauthorizedOperation");

        Refuse(code);

        Assert.Equal(stillDenied, _ledger.Denied.Count > 0);
    }

    [Fact]
    public void Credentials_that_are_not_accepted_are_no_missing_permission()
    {
        Refuse("AuthFailure");
        Refuse(FailureTable.NoCredentials);

        Assert.Empty(_ledger.Denied);
    }

    [Fact]
    public void The_permission_that_EC2_names_is_on_record_and_a_success_of_the_call_clears_it()
    {
        var failure = FailureTable.Classify(
            Ec2Actions.CreateNetworkInterface,
            "UnauthorizedOperation",
            "not authorized to perform: ec2:CreateTags on r"
        );
        _ledger.Answered((Ec2Actions.CreateNetworkInterface, failure));
        Assert.Equal(Ec2Actions.CreateTags, Assert.Single(_ledger.Denied).Action);

        _ledger.Answered((Ec2Actions.CreateNetworkInterface, null));
        Assert.Empty(_ledger.Denied);
    }

    [Fact]
    public void Success_of_another_action_clears_nothing()
    {
        Refuse("UnauthorizedOperation");

        _ledger.Answered((Ec2Actions.DescribeSubnets, null));

        Assert.Single(_ledger.Denied);
    }

    private void Refuse(string code) =>
        _ledger.Answered((Ec2Actions.CreateNetworkInterface, FailureTable.Classify(Ec2Actions.CreateNetworkInterface, code, "text")));
}
