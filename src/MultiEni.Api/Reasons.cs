namespace MultiEni.Api;

/// <summary>Reasons in conditions. Each has an entry in the troubleshooting guide.</summary>
public static class Reasons
{
    /// <summary>Everything asked for is done.</summary>
    public const string Ready = nameof(Ready);

    /// <summary>Work is under way.</summary>
    public const string Progressing = nameof(Progressing);

    /// <summary>The object is being deleted.</summary>
    public const string Deleting = nameof(Deleting);

    /// <summary>Nothing is wrong.</summary>
    public const string AsExpected = nameof(AsExpected);

    /// <summary>Every source led to something.</summary>
    public const string Resolved = nameof(Resolved);

    /// <summary>No node matches the selector.</summary>
    public const string NoMatchingNodes = nameof(NoMatchingNodes);

    /// <summary>The specification cannot be carried out as written.</summary>
    public const string InvalidSpec = nameof(InvalidSpec);

    /// <summary>A subnet that the specification names does not exist.</summary>
    public const string SubnetNotFound = nameof(SubnetNotFound);

    /// <summary>Several subnets carry the name.</summary>
    public const string SubnetNameAmbiguous = nameof(SubnetNameAmbiguous);

    /// <summary>The resolved subnets are in more than one VPC and the groups do not exist in all of them.</summary>
    public const string SubnetsInSeveralVpcs = nameof(SubnetsInSeveralVpcs);

    /// <summary>A security group that the specification names does not exist in the VPC.</summary>
    public const string SecurityGroupNotFound = nameof(SecurityGroupNotFound);

    /// <summary>Several security groups of the VPC carry the name.</summary>
    public const string SecurityGroupNameAmbiguous = nameof(SecurityGroupNameAmbiguous);

    /// <summary>None of the subnets is in the node's zone.</summary>
    public const string NoSubnetInZone = nameof(NoSubnetInZone);

    /// <summary>The subnet has no free address, or no free block for a prefix.</summary>
    public const string SubnetFull = nameof(SubnetFull);

    /// <summary>The node is not an EC2 instance (Fargate, hybrid).</summary>
    public const string NodeNotOnEc2 = nameof(NodeNotOnEc2);

    /// <summary>The cloud provider has not introduced the node yet.</summary>
    public const string NodeWithoutProviderId = nameof(NodeWithoutProviderId);

    /// <summary>The instance type takes no further ENI.</summary>
    public const string InstanceLimit = nameof(InstanceLimit);

    /// <summary>The wanted device index is in use and another one was taken.</summary>
    public const string DeviceIndexTaken = nameof(DeviceIndexTaken);

    /// <summary>The limits of the instance type are not known.</summary>
    public const string UnknownInstanceType = nameof(UnknownInstanceType);

    /// <summary>The API server refused a write.</summary>
    public const string KubernetesApiError = nameof(KubernetesApiError);

    /// <summary>Some ENIs still have the former specification; they are replaced on a few nodes at a time.</summary>
    public const string RolloutInProgress = nameof(RolloutInProgress);

    /// <summary>The ENI is being created.</summary>
    public const string Creating = nameof(Creating);

    /// <summary>The ENI is being attached.</summary>
    public const string Attaching = nameof(Attaching);

    /// <summary>The ENI is attached.</summary>
    public const string Attached = nameof(Attached);

    /// <summary>The ENI is being detached.</summary>
    public const string Detaching = nameof(Detaching);

    /// <summary>The agent has not given the device back yet.</summary>
    public const string WaitingForRelease = nameof(WaitingForRelease);

    /// <summary>The agent did not answer in time and the ENI is detached without it.</summary>
    public const string ReleaseTimeout = nameof(ReleaseTimeout);

    /// <summary>The cleanup takes longer than it should; it goes on.</summary>
    public const string CleanupTimeout = nameof(CleanupTimeout);

    /// <summary>The instance cannot take an ENI in its state.</summary>
    public const string InstanceNotRunning = nameof(InstanceNotRunning);

    /// <summary>The instance was terminated.</summary>
    public const string InstanceGone = nameof(InstanceGone);

    /// <summary>EC2 refused the call for lack of permission.</summary>
    public const string Unauthorized = nameof(Unauthorized);

    /// <summary>AWS does not accept who calls: no credentials, refused ones, or a wrong clock.</summary>
    public const string AuthenticationFailed = nameof(AuthenticationFailed);

    /// <summary>EC2 limits the rate of calls; the call is repeated.</summary>
    public const string Throttled = nameof(Throttled);

    /// <summary>An account quota is reached.</summary>
    public const string QuotaExceeded = nameof(QuotaExceeded);

    /// <summary>EC2 answered with an error.</summary>
    public const string Ec2Error = nameof(Ec2Error);

    /// <summary>EC2 did not answer; the outcome is found out before anything is repeated.</summary>
    public const string Ec2Unavailable = nameof(Ec2Unavailable);

    /// <summary>The ENI is attached to another instance.</summary>
    public const string EniInUseElsewhere = nameof(EniInUseElsewhere);

    /// <summary>The device has not appeared on the node yet.</summary>
    public const string WaitingForDevice = nameof(WaitingForDevice);

    /// <summary>The link is up with the wanted MTU.</summary>
    public const string DeviceConfigured = nameof(DeviceConfigured);

    /// <summary>More than one device could be the ENI.</summary>
    public const string DeviceAmbiguous = nameof(DeviceAmbiguous);

    /// <summary>No device has the given PCI address.</summary>
    public const string PciDeviceNotFound = nameof(PciDeviceNotFound);

    /// <summary>The device at the given PCI address is not the ENI.</summary>
    public const string PciAddressMismatch = nameof(PciAddressMismatch);

    /// <summary>The device is not one that may be handed to a DPDK driver.</summary>
    public const string UnsupportedDevice = nameof(UnsupportedDevice);

    /// <summary>The device is the node's primary interface.</summary>
    public const string PrimaryInterface = nameof(PrimaryInterface);

    /// <summary>The device is in use.</summary>
    public const string DeviceInUse = nameof(DeviceInUse);

    /// <summary>Whether the device is in use cannot be told, so it is treated as if it were.</summary>
    public const string DeviceUsageUnknown = nameof(DeviceUsageUnknown);

    /// <summary>Somebody else bound the device to another user-space driver.</summary>
    public const string ForeignBinding = nameof(ForeignBinding);

    /// <summary>The driver's kernel module is not loaded.</summary>
    public const string DriverModuleUnavailable = nameof(DriverModuleUnavailable);

    /// <summary>There is no IOMMU and the policy forbids to do without.</summary>
    public const string IommuUnavailable = nameof(IommuUnavailable);

    /// <summary>There is no IOMMU and the kernel cannot do without.</summary>
    public const string NoIommuUnsupportedByKernel = nameof(NoIommuUnsupportedByKernel);

    /// <summary>Other devices of the IOMMU group are in use by the kernel.</summary>
    public const string IommuGroupNotViable = nameof(IommuGroupNotViable);

    /// <summary>The agent may not write to the host's sysfs.</summary>
    public const string InsufficientPermissions = nameof(InsufficientPermissions);

    /// <summary>The administrator switched DPDK off on the node.</summary>
    public const string DpdkDisabled = nameof(DpdkDisabled);

    /// <summary>The binding script does not exist.</summary>
    public const string BindingScriptNotFound = nameof(BindingScriptNotFound);

    /// <summary>The binding script cannot be executed.</summary>
    public const string BindingScriptNotExecutable = nameof(BindingScriptNotExecutable);

    /// <summary>The binding script failed or had no effect.</summary>
    public const string BindingScriptFailed = nameof(BindingScriptFailed);

    /// <summary>The binding script did not end in time.</summary>
    public const string BindingScriptTimeout = nameof(BindingScriptTimeout);

    /// <summary>The driver holds the device and its device node has not appeared.</summary>
    public const string DeviceNodeMissing = nameof(DeviceNodeMissing);

    /// <summary>The agent cannot write down what it is about to do, and so does not do it.</summary>
    public const string JournalUnwritable = nameof(JournalUnwritable);

    /// <summary>The agent could not find out, or not do, what the device needs.</summary>
    public const string ReconcileFailed = nameof(ReconcileFailed);

    /// <summary>The driver refused the device; it was given back to its kernel driver.</summary>
    public const string BindFailed = nameof(BindFailed);

    /// <summary>No driver holds the device and putting the kernel driver back failed.</summary>
    public const string Driverless = nameof(Driverless);

    /// <summary>The driver does not let the device go.</summary>
    public const string UnbindTimeout = nameof(UnbindTimeout);

    /// <summary>The device is being taken from its driver, which waits for whoever has it open.</summary>
    public const string RemovalBlocked = nameof(RemovalBlocked);

    /// <summary>The device vanished from the node.</summary>
    public const string DeviceRemoved = nameof(DeviceRemoved);

    /// <summary>The link could not be brought up or the MTU not set.</summary>
    public const string LinkFailed = nameof(LinkFailed);

    /// <summary>Another device of the node is being changed.</summary>
    public const string ConcurrentOperation = nameof(ConcurrentOperation);

    /// <summary>The device is being bound.</summary>
    public const string Binding = nameof(Binding);

    /// <summary>The driver holds the device.</summary>
    public const string Bound = nameof(Bound);

    /// <summary>The NodeENI does not ask for it.</summary>
    public const string NotRequested = nameof(NotRequested);

    /// <summary>The device is being offered to pods.</summary>
    public const string Publishing = nameof(Publishing);

    /// <summary>Pods can request the device.</summary>
    public const string Advertised = nameof(Advertised);

    /// <summary>The device is no longer offered to pods.</summary>
    public const string Withdrawn = nameof(Withdrawn);

    /// <summary>The device plugin's file cannot be parsed and was left alone.</summary>
    public const string DevicePluginFileInvalid = nameof(DevicePluginFileInvalid);

    /// <summary>The device plugin's file cannot be read or written.</summary>
    public const string DevicePluginFileUnwritable = nameof(DevicePluginFileUnwritable);

    /// <summary>Somebody else undoes what is written to the device plugin's file, again and again.</summary>
    public const string DevicePluginFileContested = nameof(DevicePluginFileContested);

    /// <summary>No device plugin runs on the node that would read the file.</summary>
    public const string DevicePluginNotFound = nameof(DevicePluginNotFound);

    /// <summary>The device plugin on the node reads another file than the one that is written: it does not mount the host's folder.</summary>
    public const string DevicePluginFileNotMounted = nameof(DevicePluginFileNotMounted);

    /// <summary>The kubelet does not know the devices that the embedded device plugin offers.</summary>
    public const string KubeletUnavailable = nameof(KubeletUnavailable);

    /// <summary>Somebody else's entry in the device plugin's file selects the device, so that pods get it under another resource.</summary>
    public const string DeviceSelectedByOtherEntry = nameof(DeviceSelectedByOtherEntry);

    /// <summary>The node does not report a resource, and a name in the device plugin's file has a hyphen, on which old releases of the plugin end.</summary>
    public const string ResourceNameHyphen = nameof(ResourceNameHyphen);

    /// <summary>The resource name is used by somebody else in the device plugin's file.</summary>
    public const string ResourceNameConflict = nameof(ResourceNameConflict);

    /// <summary>The node does not report the resource yet.</summary>
    public const string AllocatableMismatch = nameof(AllocatableMismatch);

    /// <summary>The device was given back.</summary>
    public const string Released = nameof(Released);

    /// <summary>The device is being given back.</summary>
    public const string Releasing = nameof(Releasing);
}
